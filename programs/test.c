/*
 * test EXPRESSION: evaluates it; `[ EXPRESSION ]` in sh is the same.
 *   -e -f -d -s PATH                exists; a file; a directory; a file that is not empty
 *   -b -c -p -S -h -L PATH          a block device, a character device; a pipe; a socket; a symbolic link
 *   -g -u PATH                      its mode has set-group-ID, set-user-ID
 *   -r -w -x PATH                   exists, -x: may be executed
 *   -n -z TEXT, TEXT                it is not empty; it is empty
 *   -t FD                           is a terminal
 *   A = B, A != B                   texts
 *   A -eq -ne -lt -le -gt -ge B     numbers
 *   ! E, E -a E, E -o E, ( E )      not, and, or
 * Exit status: 0 true, 1 false, 2 a wrong expression.
 */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STATUS_ERROR = 2 };

static char **at; /* the next word */
static char **end;

static int read_or(void);

static _Noreturn void fail(const char *what, const char *why)
{
    errx(STATUS_ERROR, "%s: %s", what, why);
}

static intmax_t number(const char *text)
{
    char *rest;
    intmax_t value = strtoimax(text, &rest, 10);

    if (!*text || *rest)
        fail(text, "illegal number");
    return value;
}

static int take(const char *word)
{
    int is = at < end && strcmp(*at, word) == 0;

    at += is;
    return is;
}

static int is_file(char what, const char *path)
{
    struct stat status;

    if (stat(path, &status) < 0)
        return 0;
    switch (what) {
    case 'f':
        return S_ISREG(status.st_mode);
    case 'd':
        return S_ISDIR(status.st_mode);
    case 'b':
        return S_ISBLK(status.st_mode);
    case 'c':
        return S_ISCHR(status.st_mode);
    case 'p':
        return S_ISFIFO(status.st_mode);
    case 'S':
        return S_ISSOCK(status.st_mode);
    case 'h':
    case 'L':
        return S_ISLNK(status.st_mode);
    case 'g':
        return (status.st_mode & S_ISGID) != 0;
    case 'u':
        return (status.st_mode & S_ISUID) != 0;
    case 's':
        return status.st_size > 0;
    case 'x':
        return S_ISDIR(status.st_mode) || status.st_mode & 0111;
    default:
        return 1;
    }
}

static int unary(char what, const char *word)
{
    if (what == 'n' || what == 'z')
        return (*word == 0) == (what == 'z');
    return what == 't' ? isatty((int)number(word)) : is_file(what, word);
}

static int is_unary(const char *word)
{
    return word[0] == '-' && word[1] && !word[2] && strchr("bcdefghLnprSstuwxz", word[1]);
}

static const char *const operators[] = {"=", "!=", "-eq", "-ne", "-lt", "-le", "-gt", "-ge"};
enum { OPERATORS = sizeof operators / sizeof *operators, FIRST_OF_NUMBERS = 2 };

static int operator_of(const char *word)
{
    int operator= 0;

    while (operator < OPERATORS && strcmp(word, operators[operator]) != 0)
        operator++;
    return operator;
}

static int binary(const char *left, int operator, const char * right)
{
    if (operator<FIRST_OF_NUMBERS)
        return (strcmp(left, right) == 0) == (operator== 0);
    intmax_t a = number(left), b = number(right);
    const int results[] = {a == b, a != b, a<b, a <= b, a> b, a >= b};
    return results[operator - FIRST_OF_NUMBERS];
}

static int read_inside(void)
{
    int value = read_or();

    if (!take(")"))
        fail(")", "is missing");
    return value;
}

/* An operator between two words is an operator whatever the words are. */
static int read_one(void)
{
    if (at == end)
        fail("expression", "is missing");
    if (end - at >= 3 && operator_of(at[1]) < OPERATORS) {
        at += 3;
        return binary(at[-3], operator_of(at[-2]), at[-1]);
    }
    if (end - at >= 2 && is_unary(*at)) {
        at += 2;
        return unary(at[-2][1], at[-1]);
    }
    if (end - at >= 2 && take("("))
        return read_inside();
    return **at++ != 0;
}

static int read_not(void)
{
    int invert = 0;

    while (end - at >= 2 && operator_of(at[1]) == OPERATORS && take("!"))
        invert = !invert;
    return read_one() != invert;
}

static int read_and(void)
{
    int value = read_not();

    while (take("-a"))
        value &= read_not();
    return value;
}

static int read_or(void)
{
    int value = read_and();

    while (take("-o"))
        value |= read_and();
    return value;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 1;
    at = argv + 1;
    end = argv + argc;
    int value = read_or();
    if (at < end)
        fail(*at, "too many arguments");
    return !value;
}
