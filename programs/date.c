/* date [-u] [+FORMAT]: writes the time, in a format as for strftime(). -u: in UTC, which is the default without TZ. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "programs/lib/output.h"

int main(int argc, char **argv)
{
    const char *format = "%a %b %e %H:%M:%S %Z %Y";
    char text[1024];
    int option;

    while ((option = getopt(argc, argv, "u")) != -1) {
        if (option == '?')
            return 2;
        setenv("TZ", "UTC0", 1);
    }
    if (argc - optind > 1 || (optind < argc && argv[optind][0] != '+'))
        errx(2, "usage: date [-u] [+format]");
    if (optind < argc)
        format = argv[optind] + 1;
    time_t now = time(NULL);
    if (*format && !strftime(text, sizeof text, format, localtime(&now)))
        errx(1, "%s: too long, or empty", format);
    puts(*format ? text : "");
    return output_failed();
}
