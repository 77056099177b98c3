#include "programs/sh/arithmetic.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "programs/sh/pool.h"
#include "programs/sh/variables.h"

enum { DEPTH_MAX = 50, LEVELS = 10, OPERATORS = 4, LEVEL_OR = 0, LEVEL_AND = 1 };

struct reader {
    const char *at, *why; /* why: the first thing that is wrong */
    int depth;
    int unread; /* not 0: nothing is computed, as of the right side of `0 && ...`; it is only to be in order */
};

static long read_all(struct reader *reader);

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
static long value_of(struct reader *reader, const char *name)
{
    char *end;
    long number = strtol(variable_or(name, "0"), &end, 0);

    return *end ? fail(reader, "a variable is not a number") : number;
}

static long read_variable(struct reader *reader)
{
    const char *name = pool_text(reader->at, variable_name_length(reader->at));

    reader->at += strlen(name);
    return value_of(reader, name);
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
    long value = read_all(reader);
    reader->depth--;
    return take(reader, ")") ? value : fail(reader, "a ) is missing");
}

static long apply_sign(char sign, long value)
{
    switch (sign) {
    case '-':
        return (long)-(unsigned long)value;
    case '!':
        return !value;
    case '~':
        return ~value;
    default:
        return value;
    }
}

/* Signs are taken from the right: so many of them as there are need no more of the stack. */
static long read_signed(struct reader *reader)
{
    skip_blanks(reader);
    const char *first = reader->at;
    reader->at += strspn(first, "-+!~ \t\n");
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
        value = apply_sign(*last, value);
    return value;
}

static long divide(struct reader *reader, long left, long right, bool rest)
{
    if (right == 0)
        return reader->unread ? 0 : fail(reader, "division by 0");
    if (right == -1)
        return rest ? 0 : (long)-(unsigned long)left;
    return rest ? left % right : left / right;
}

/* By level, those that bind less first; of two that begin alike the longer one first. */
static const char *const operators[LEVELS][OPERATORS] = {
    {"||"},       {"&&"},     {"|"},           {"^"}, {"&"}, {"==", "!="}, {"<=", ">=", "<", ">"},
    {"<<", ">>"}, {"+", "-"}, {"*", "/", "%"},
};

/* Numbers wrap, and shift by as many bits as they have or fewer. */
static long shift(long left, unsigned long bits, bool to_right)
{
    bits %= 8 * sizeof left;
    return to_right ? left >> bits : (long)((unsigned long)left << bits);
}

static long compare(const char *operator, long left, long right)
{
    switch (operator[0]) {
    case '<':
        return operator[1] ? left <= right : left<right;
    case '>':
        return operator[1] ? left >= right : left> right;
    case '=':
        return left == right;
    default:
        return left != right;
    }
}

/* Of an operator with two sides that are both computed; of an assignment's it is what is before the `=`. */
static long apply(struct reader *reader, const char *operator, long left, long right)
{
    unsigned long a = (unsigned long)left, b = (unsigned long)right;

    switch (operator[0]) {
    case '|':
        return (long)(a | b);
    case '^':
        return (long)(a ^ b);
    case '&':
        return (long)(a & b);
    case '+':
        return (long)(a + b);
    case '-':
        return (long)(a - b);
    case '*':
        return (long)(a * b);
    case '/':
    case '%':
        return divide(reader, left, right, operator[0] == '%');
    default:
        return operator[0] == operator[1] && operator[0] != '=' ? shift(left, b, operator[0] == '>')
                                                                : compare(operator, left, right);
    }
}

/* An operator that a longer one begins with, or with `=` behind it, is another one. */
static bool is_whole(const char *at, const char *operator)
{
    size_t length = strlen(operator);
    char behind = at[length];

    if (operator[length - 1] == '=' || behind == '=')
        return behind != '=';
    return length == 2 || behind != operator[0] || !strchr("|&<>", behind);
}

static const char *take_operator(struct reader *reader, int level)
{
    skip_blanks(reader);
    for (int i = 0; i < OPERATORS && operators[level][i]; i++) {
        const char *operator= operators[level][i];
        if (strncmp(reader->at, operator, strlen(operator)) == 0 && is_whole(reader->at, operator)) {
            reader->at += strlen(operator);
            return operator;
        }
    }
    return NULL;
}

static long read_level(struct reader *reader, int level)
{
    const char *operator;

    if (level == LEVELS)
        return read_signed(reader);
    long left = read_level(reader, level + 1);
    while (!reader->why && (operator= take_operator(reader, level))) {
        bool is_decided = (level == LEVEL_OR && left) || (level == LEVEL_AND && !left);
        reader->unread += is_decided;
        long right = read_level(reader, level + 1);
        reader->unread -= is_decided;
        if (level <= LEVEL_AND)
            left = is_decided ? level == LEVEL_OR : right != 0;
        else
            left = apply(reader, operator, left, right);
    }
    return left;
}

/* condition ? one : other, of which one is computed. */
static long read_choice(struct reader *reader)
{
    long condition = read_level(reader, 0);

    if (!take(reader, "?"))
        return condition;
    if (++reader->depth > DEPTH_MAX)
        return fail(reader, "too many operators in each other");
    reader->unread += !condition;
    long one = read_all(reader);
    reader->unread -= !condition;
    if (!take(reader, ":"))
        return fail(reader, "a : is missing");
    reader->unread += condition != 0;
    long other = read_choice(reader);
    reader->unread -= condition != 0;
    reader->depth--;
    return condition ? one : other;
}

/* The operator of NAME = ..., NAME += ... and so on, "=" for the first, with the reader behind it; null: it is none. */
static const char *take_assignment(struct reader *reader)
{
    static const char *const assignments[] = {"<<=", ">>=", "+=", "-=", "*=", "/=", "%=", "&=", "^=", "|=", "="};

    skip_blanks(reader);
    if (reader->at[0] == '=' && reader->at[1] == '=')
        return NULL;
    for (size_t i = 0; i < sizeof assignments / sizeof *assignments; i++)
        if (take(reader, assignments[i]))
            return assignments[i];
    return NULL;
}

static long assign(struct reader *reader, const char *name, const char *operator)
{
    char digits[24];

    if (++reader->depth > DEPTH_MAX)
        return fail(reader, "too many operators in each other");
    long value = read_all(reader);
    reader->depth--;
    if (operator[0] != '=')
        value = apply(reader, operator, value_of(reader, name), value);
    if (reader->unread || reader->why)
        return value;
    snprintf(digits, sizeof digits, "%ld", value);
    variable_set(name, digits);
    return value;
}

static long read_all(struct reader *reader)
{
    skip_blanks(reader);
    const char *begin = reader->at;
    const char *name = pool_text(begin, variable_name_length(begin));
    reader->at += strlen(name);
    const char *operator= * name ? take_assignment(reader) : NULL;
    if (operator)
        return assign(reader, name, operator);
    reader->at = begin;
    return read_choice(reader);
}

bool arithmetic(const char *text, long *value, const char **why)
{
    struct reader reader = {.at = text};

    *value = read_all(&reader);
    skip_blanks(&reader);
    if (*reader.at)
        fail(&reader, "something behind it is no operator");
    *why = reader.why;
    return !reader.why;
}
