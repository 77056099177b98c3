/*
 * printf FORMAT [ARGUMENT...]: writes the arguments by the format, which is repeated while there are more.
 *   %d %i %o %u %x %X %c %s %e %f %g and capitals, %% and %b, a string with backslashes, of which \c ends all output;
 *   flags,
 *   width and precision as in C
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "programs/lib/output.h"

enum { PIECE_MAX = 40 };

static char **arguments;
static int failed;

static char *next_argument(void)
{
    return *arguments ? *arguments++ : NULL;
}

/* Starts after the backslash; in %b the 0 of \0123 is not one of the three digits. Ends the program at \c. */
static const char *write_escape(const char *at, int zero_leads)
{
    static const char letters[] = "abfnrtv\\\"'", meanings[] = "\a\b\f\n\r\t\v\\\"'";
    const char *letter = *at ? strchr(letters, *at) : NULL;
    int value = 0, digits = 0;

    if (zero_leads && *at == 'c')
        exit(failed | output_failed());
    if (letter) {
        putchar(meanings[letter - letters]);
        return at + 1;
    }
    if (zero_leads && *at == '0')
        at++, digits = 1, zero_leads = 2;
    for (int most = zero_leads == 2 ? 4 : 3; digits < most && *at >= '0' && *at <= '7'; digits++)
        value = value * 8 + *at++ - '0';
    putchar(digits ? value & 0xff : '\\');
    return at;
}

static void write_backslashed(const char *text)
{
    while (*text)
        if (*text == '\\')
            text = write_escape(text + 1, 1);
        else
            putchar(*text++);
}

/* Reports text that is not completely a number; the part that is one counts. */
static void judge(const char *text, const char *end)
{
    bool is_number = end != text && !*end;

    if (is_number && !errno)
        return;
    warnx("%s: %s", text, is_number ? strerror(errno) : "expected a numeric value");
    failed = 1;
}

/* A quote gives the next byte's number. */
static long long whole(const char *text, int is_signed)
{
    char *end;

    if (!text)
        return 0;
    if (*text == '"' || *text == '\'')
        return (unsigned char)text[1];
    errno = 0;
    long long value = is_signed ? strtoll(text, &end, 0) : (long long)strtoull(text, &end, 0);
    judge(text, end);
    return value;
}

static double fraction(const char *text)
{
    char *end;

    if (!text)
        return 0;
    errno = 0;
    double value = strtod(text, &end);
    judge(text, end);
    return value;
}

/* The conversion `piece`, which contains its width and precision as numbers. */
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"
static void convert(char *piece, char kind)
{
    size_t length = strlen(piece);
    const char *text = next_argument();

    if (strchr("diouxX", kind)) {
        snprintf(piece + length, PIECE_MAX - length, "ll%c", kind);
        printf(piece, whole(text, kind == 'd' || kind == 'i'));
        return;
    }
    snprintf(piece + length, PIECE_MAX - length, "%c", kind);
    if (strchr("aAeEfFgG", kind))
        printf(piece, fraction(text));
    else if (kind == 's')
        printf(piece, text ? text : "");
    else if (text && *text)
        printf(piece, *text);
}
#pragma clang diagnostic pop

/* Takes a number, or the next argument's for a *; returns the position after it. */
static const char *take_number(const char *at, char *piece)
{
    size_t length = strlen(piece), digits = strspn(at, "0123456789");

    if (*at == '*') {
        snprintf(piece + length, PIECE_MAX - length, "%d", (int)(whole(next_argument(), 1) % 10000));
        return at + 1;
    }
    snprintf(piece + length, PIECE_MAX - length, "%.*s", digits < 5 ? (int)digits : 4, at);
    return at + digits;
}

/* Starts at the %. */
static const char *write_conversion(const char *at)
{
    char piece[PIECE_MAX] = "%";
    size_t flags = strspn(++at, "-+ #0");

    if (*at == '%') {
        putchar('%');
        return at + 1;
    }
    snprintf(piece + 1, sizeof piece - 1, "%.*s", flags < 6 ? (int)flags : 5, at);
    at = take_number(at + flags, piece);
    if (*at == '.') {
        strcat(piece, ".");
        at = take_number(at + 1, piece);
    }
    if (*at == 'b')
        write_backslashed(*arguments ? next_argument() : "");
    else if (*at && strchr("diouxXaAeEfFgGcs", *at))
        convert(piece, *at);
    else
        errx(1, "%%%c: invalid conversion", *at);
    return at + 1;
}

static void write_format(const char *at)
{
    while (*at)
        if (*at == '%')
            at = write_conversion(at);
        else if (*at == '\\')
            at = write_escape(at + 1, 0);
        else
            putchar(*at++);
}

int main(int argc, char **argv)
{
    char **before;

    if (argc < 2)
        errx(2, "usage: printf format [argument...]");
    arguments = argv + 2;
    do {
        before = arguments;
        write_format(argv[1]);
    } while (*arguments && arguments != before);
    return failed | output_failed();
}
