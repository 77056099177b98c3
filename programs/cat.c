/* cat [FILE...]: writes the files; without any, or for the name -, its standard input. */
#include <err.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static char buffer[16384];

static void write_all(size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        ssize_t count = write(STDOUT_FILENO, buffer + done, bytes - done);
        if (count < 0)
            err(1, "standard output");
        done += (size_t)count;
    }
}

static int copy(int from, const char *name)
{
    ssize_t bytes;

    while ((bytes = read(from, buffer, sizeof buffer)) > 0)
        write_all((size_t)bytes);
    if (bytes < 0)
        warn("%s", name);
    return bytes < 0;
}

static int cat(const char *name)
{
    if (strcmp(name, "-") == 0)
        return copy(STDIN_FILENO, "standard input");
    int file = open(name, O_RDONLY);
    if (file < 0) {
        warn("%s", name);
        return 1;
    }
    int failed = copy(file, name);
    close(file);
    return failed;
}

int main(int argc, char **argv)
{
    int failed = 0;

    if (argc < 2)
        return cat("-");
    for (int i = 1; i < argc; i++)
        failed |= cat(argv[i]);
    return failed;
}
