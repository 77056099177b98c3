/* <stdio.h>: formats, both ways; streams on memory; a file that does not exist. */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PRINTS(wanted, ...)                                                                                            \
    ({                                                                                                                 \
        char text_[100];                                                                                               \
        int bytes_ = snprintf(text_, sizeof text_, __VA_ARGS__);                                                       \
        HOLDS(strcmp(text_, wanted) == 0) && IS(bytes_, strlen(wanted));                                               \
    })

static bool integers(void)
{
    return PRINTS("-5 5 fffffffb 017", "%d %i %x %#o", -5, 5, -5, 15) && PRINTS("[     007]", "[%08.3d]", 7) &&
           PRINTS("[7    ]", "[%*d]", -5, 7) && PRINTS("[]", "[%.0d]", 0) && PRINTS("+1  2", "%+d % d", 1, 2) &&
           PRINTS("-9223372036854775808", "%lld", -9223372036854775807LL - 1) &&
           PRINTS("255 7", "%hhu %hd", (unsigned char)255, (short)7);
}

static bool doubles(void)
{
    return PRINTS("2", "%.0f", 2.5) && PRINTS("3.00000", "%#g", 3.0) &&
           PRINTS("inf -inf", "%f %f", INFINITY, -INFINITY) && PRINTS("INF", "%F", INFINITY) &&
           PRINTS("1.5", "%.1Lf", 1.5L) && PRINTS("1.234560e+10", "%e", 12345600000.0) &&
           PRINTS("0.1000000000000000055511", "%.22f", 0.1) && PRINTS("0x1.8p+0", "%a", 1.5) &&
           PRINTS("1e-05", "%g", 0.00001);
}

static bool strings(void)
{
    int bytes = 0;

    return PRINTS("[ab  ] [  ab] [a]", "[%-4s] [%4s] [%.1s]", "ab", "ab", "ab") && PRINTS("x%", "%c%%", 'x') &&
           PRINTS("ab", "ab%n", &bytes) && IS(bytes, 2) && IS(snprintf(NULL, 0, "%s", "12345"), 5);
}

static bool scans(void)
{
    int a = 0, b = 0, bytes = 0;
    double d = 0;
    char word[10] = "", set[10] = "";

    return IS(sscanf("12 0x1f 2.5e1 word [set]", "%d %i %lf %9s [%9[a-z]]%n", &a, &b, &d, word, set, &bytes), 5) &&
           IS(a, 12) && IS(b, 31) && HOLDS(d == 25) && HOLDS(!strcmp(word, "word") && !strcmp(set, "set")) &&
           IS(bytes, 24) && IS(sscanf("x", "%d", &a), 0) && IS(sscanf("", "%d", &a), EOF);
}

static bool streams(void)
{
    char *text = NULL, line[20];
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    bool good = HOLDS(out) && IS(fprintf(out, "one\ntwo %d\n", 2), 10) && IS(fclose(out), 0) && IS(bytes, 10);

    FILE *in = fmemopen(text, bytes, "r");
    good = good && HOLDS(in) && HOLDS(fgets(line, sizeof line, in)) && HOLDS(!strcmp(line, "one\n")) &&
           IS(fgetc(in), 't') && IS(ungetc('T', in), 'T') && IS(fread(line, 1, 3, in), 3) &&
           HOLDS(!memcmp(line, "Two", 3)) && IS(fseek(in, 0, SEEK_END), 0) && IS(ftell(in), 10) && IS(fgetc(in), EOF) &&
           HOLDS(feof(in)) && IS(fclose(in), 0);
    free(text);
    return good;
}

static bool no_files(void)
{
    errno = 0;
    return HOLDS(!fopen("/etc/passwd", "r")) && IS(errno, ENOENT) && FAILS(remove("x"), ENOENT) &&
           FAILS(rename("x", "y"), ENOENT) && FAILS(fseek(stdout, 0, SEEK_SET), ESPIPE);
}

const struct tap_point header_stdio[] = {
    {"integers are printed", integers},
    {"doubles are printed", doubles},
    {"strings are printed", strings},
    {"text is scanned", scans},
    {"streams on memory", streams},
    {"there are no files", no_files},
    {0, 0},
};
