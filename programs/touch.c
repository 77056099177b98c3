/* touch FILE...: creates missing files; sets the time of others to now. */
#include <err.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int touch(const char *path)
{
    int file = open(path, O_WRONLY | O_CREAT, 0666);

    if (file >= 0)
        close(file);
    if (utimensat(AT_FDCWD, path, NULL, 0) == 0)
        return 0;
    warn("%s", path);
    return 1;
}

int main(int argc, char **argv)
{
    int failed = 0;

    if (argc < 2)
        errx(2, "usage: touch file...");
    for (int i = 1; i < argc; i++)
        failed |= touch(argv[i]);
    return failed;
}
