#include "programs/sh/arithmetic.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "programs/sh/pool.h"
#include "programs/sh/variables.h"

enum { DEPTH_MAX = 50, LEVELS = 6 };

struct reader {
    const char *at, *why; /* why: the first thing that is wrong */
    int depth;
};

static long read_level(struct reader *reader, int level);

static void skip_blanks(struct reader *reader)
{
    reader->at += strspn(reader->at, " \t\n");
}

static bool take(struct reader *reader, const char *operator)
{
    size_t length = strlen(operator);

    skip_blanks(reader);
    if (strncmp(reader->at, operator, length) != 0)
        return false;
    reader->at += length;
    return true;
}

static long fail(struct reader *reader, const char *why)
{
    if (!reader->why)
        reader->why = why;
    return 0;
}

/* One that is not set is 0. */
static long read_variable(struct reader *reader)
{
    size_t length = variable_name_length(reader->at);
    const char *value = variable_or(pool_text(reader->at, length), "0");
    char *end;
    long number = strtol(value, &end, 0);

    reader->at += length;
    return *end ? fail(reader, "a variable is not a number") : number;
}

static long read_number(struct reader *reader)
{
    char *end;
    long number = strtol(reader->at, &end, 0);

    reader->at = end;
    return number;
}

static long read_inside(struct reader *reader)
{
    if (++reader->depth > DEPTH_MAX)
        return fail(reader, "too many parentheses");
    long value = read_level(reader, 0);
    reader->depth--;
    return take(reader, ")") ? value : fail(reader, "a ) is missing");
}

/* Signs are taken from the right: so many of them as there are need no more of the stack. */
static long read_signed(struct reader *reader)
{
    skip_blanks(reader);
    const char *first = reader->at;
    reader->at += strspn(first, "-+! \t");
    const char *last = reader->at;
    long value = 0;

    if (take(reader, "("))
        value = read_inside(reader);
    else if (isdigit((unsigned char)*reader->at))
        value = read_number(reader);
    else if (variable_name_length(reader->at))
        value = read_variable(reader);
    else
        return fail(reader, "a number is missing");
    while (last-- > first)
        value = *last == '-' ? (long)-(unsigned long)value : *last == '!' ? !value : value;
    return value;
}

static long divide(struct reader *reader, long left, long right, bool rest)
{
    if (right == 0)
        return fail(reader, "division by 0");
    if (right == -1)
        return rest ? 0 : (long)-(unsigned long)left;
    return rest ? left % right : left / right;
}

/* By level, those that bind less first; of two that begin alike the longer one first. */
static const char *const operators[LEVELS][4] = {{"||"}, {"&&"}, {"==", "!="}, {"<=", ">=", "<", ">"}, {"+", "-"}, {"*", "/", "%"}};

/* Numbers wrap. */
static long apply(struct reader *reader, const char *operator, long left, long right)
{
    unsigned long a = (unsigned long)left, b = (unsigned long)right;

    switch (operator[0]) {
    case '|':
        return left || right;
    case '&':
        return left && right;
    case '=':
        return left == right;
    case '!':
        return left != right;
    case '<':
        return operator[1] ? left <= right : left < right;
    case '>':
        return operator[1] ? left >= right : left > right;
    case '+':
        return (long)(a + b);
    case '-':
        return (long)(a - b);
    case '*':
        return (long)(a * b);
    default:
        return divide(reader, left, right, operator[0] == '%');
    }
}

static const char *take_operator(struct reader *reader, int level)
{
    for (int i = 0; i < 4 && operators[level][i]; i++)
        if (take(reader, operators[level][i]))
            return operators[level][i];
    return NULL;
}

static long read_level(struct reader *reader, int level)
{
    const char *operator;

    if (level == LEVELS)
        return read_signed(reader);
    long left = read_level(reader, level + 1);
    while (!reader->why && (operator = take_operator(reader, level)))
        left = apply(reader, operator, left, read_level(reader, level + 1));
    return left;
}

bool arithmetic(const char *text, long *value, const char **why)
{
    struct reader reader = {.at = text};

    *value = read_level(&reader, 0);
    skip_blanks(&reader);
    if (*reader.at)
        fail(&reader, "something behind it is no operator");
    *why = reader.why;
    return !reader.why;
}
