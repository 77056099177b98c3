/* reads SIZE reads standard input to its end, SIZE bytes at a time, and writes what it read; `reads SIZE each` writes
 * how many bytes each read got instead. Where there is no terminal, further reads at the end must return the end
 * again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char buffer[65536];

static int copy(ssize_t bytes)
{
    for (ssize_t done = 0, n; done < bytes; done += n)
        if ((n = write(1, buffer + done, (size_t)(bytes - done))) <= 0)
            return 0;
    return 1;
}

static int ends_again(size_t size)
{
    int end = getchar() == EOF && feof(stdin);

    clearerr(stdin);
    return end && getchar() == EOF && read(0, buffer, size) == 0 && read(0, buffer, 1) == 0;
}

int main(int argc, char **argv)
{
    size_t size = argc > 1 ? (size_t)atoi(argv[1]) : sizeof(buffer);
    int each = argc > 2;
    ssize_t got;

    while ((got = read(0, buffer, size)) > 0) {
        if (each)
            printf("%d\n", (int)got);
        else if (!copy(got))
            return 1;
    }
    if (each)
        printf("end, %s\n", isatty(0) ? "terminal" : "no terminal");
    return got < 0 || (!isatty(0) && !ends_again(size));
}
