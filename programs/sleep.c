/* sleep SECONDS: waits that long; fractions are allowed. */
#include <err.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv)
{
    char *end = NULL;
    double seconds = argc == 2 ? strtod(argv[1], &end) : -1;

    if (!end || end == argv[1] || *end || !(seconds >= 0 && seconds < 1e9))
        errx(2, "usage: sleep seconds");
    struct timespec time = {.tv_sec = (time_t)seconds, .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};
    if (nanosleep(&time, NULL) < 0)
        err(1, "interrupted");
    return 0;
}
