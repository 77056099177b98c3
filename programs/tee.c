/* tee [-a] [FILE...]: writes its input to its output and to the files, too; -a: appends to them. */
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static int failed;

static void write_all(int *file, const char *name, const char *bytes, ssize_t count)
{
    while (count > 0 && *file >= 0) {
        ssize_t written = write(*file, bytes, (size_t)count);
        if (written < 0) {
            warn("%s", name);
            *file = -1; /* continues with the others */
            failed = 1;
            return;
        }
        bytes += written, count -= written;
    }
}

static int open_file(const char *name, int append)
{
    int file = open(name, O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC), 0666);

    if (file < 0) {
        warn("%s", name);
        failed = 1;
    }
    return file;
}

static void copy(int *files, char **names, int count)
{
    static char bytes[16384];
    int output = STDOUT_FILENO;
    ssize_t length;

    while ((length = read(STDIN_FILENO, bytes, sizeof bytes)) > 0) {
        write_all(&output, "standard output", bytes, length);
        for (int i = 0; i < count; i++)
            write_all(&files[i], names[i], bytes, length);
    }
    if (length < 0)
        err(1, "standard input");
}

int main(int argc, char **argv)
{
    int option, append = 0;

    while ((option = getopt(argc, argv, "a")) != -1) {
        if (option == '?')
            return 2;
        append = 1;
    }
    int count = argc - optind, *files = calloc((size_t)count + 1, sizeof *files);
    if (!files)
        err(1, "%d files", count);
    for (int i = 0; i < count; i++)
        files[i] = open_file(argv[optind + i], append);
    copy(files, argv + optind, count);
    return failed;
}
