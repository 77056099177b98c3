#include "programs/sh/arithmetic.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "programs/sh/pool.h"
#include "programs/sh/variables.h"

#define NUMBER_LETTERS "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"

enum { DEPTH_MAX = 50, LEVELS = 10, OPERATORS = 4, LEVEL_OR = 0, LEVEL_AND = 1 };

struct reader {
    const char *at;
    const char *why; /* the first error, with its position, in the pool */
    int depth;
    int unread; /* if not 0, only the syntax is checked, as for the right side of `0 && ...` */
};

static intmax_t read_all(struct reader *reader);

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

static intmax_t fail_of(struct reader *reader, const char *what, const char *why)
{
    struct text text = {0};

    if (reader->why)
        return 0;
    text_append(&text, what);
    text_append(&text, why);
    reader->why = text_end(&text);
    return 0;
}

/* Notes an error at the reader's position. */
static intmax_t fail(struct reader *reader, const char *why)
{
    struct text text = {0};

    skip_blanks(reader);
    text_append(&text, why);
    text_append(&text, *reader->at ? " at " : " at the end");
    text_append(&text, reader->at);
    return fail_of(reader, "", text_end(&text));
}

/* A number that is too large becomes the largest, or the smallest, number. */
static bool is_number(const char *text, intmax_t *number)
{
    char *end;

    *number = strtoimax(text, &end, 0);
    end += strspn(end, " \t\n");
    return end != text && !*end;
}

/* An unset or empty variable is 0. */
static intmax_t value_of(struct reader *reader, const char *name)
{
    const char *value = variable_or(name, "");
    intmax_t number = 0;

    if (!*value || is_number(value, &number))
        return number;
    return fail_of(reader, pool_text(name, strlen(name)), " is not a number");
}

static bool is_step(const char *at)
{
    return (at[0] == '+' || at[0] == '-') && at[1] == at[0];
}

/* Fails at ++ and --, which would otherwise be read as two signs without effect. */
static intmax_t no_step(struct reader *reader, const char *at)
{
    reader->at = at;
    return fail(reader, "++ and -- are not supported,");
}

static intmax_t read_variable(struct reader *reader)
{
    const char *name = pool_text(reader->at, variable_name_length(reader->at));

    reader->at += strlen(name);
    skip_blanks(reader);
    return is_step(reader->at) ? no_step(reader, reader->at) : value_of(reader, name);
}

static intmax_t read_number(struct reader *reader)
{
    const char *digits = pool_text(reader->at, strspn(reader->at, NUMBER_LETTERS));
    intmax_t number;

    if (!is_number(digits, &number))
        return fail(reader, "not a number");
    reader->at += strlen(digits);
    return number;
}

static intmax_t read_inside(struct reader *reader)
{
    if (++reader->depth > DEPTH_MAX)
        return fail(reader, "too many parentheses");
    intmax_t value = read_all(reader);
    reader->depth--;
    return take(reader, ")") ? value : fail(reader, "expecting )");
}

static intmax_t apply_sign(char sign, intmax_t value)
{
    switch (sign) {
    case '-':
        return (intmax_t) - (uintmax_t)value;
    case '!':
        return !value;
    case '~':
        return ~value;
    default:
        return value;
    }
}

/* Reads the signs in a loop, so that many of them need no more stack. */
static intmax_t read_signed(struct reader *reader)
{
    skip_blanks(reader);
    const char *first = reader->at;
    reader->at += strspn(first, "-+!~ \t\n");
    const char *last = reader->at;
    intmax_t value = 0;

    if (take(reader, "("))
        value = read_inside(reader);
    else if (isdigit((unsigned char)*reader->at))
        value = read_number(reader);
    else if (variable_name_length(reader->at))
        value = last - first > 1 && is_step(last - 2) ? no_step(reader, last - 2) : read_variable(reader);
    else
        return fail(reader, "expecting a number");
    while (last-- > first)
        value = apply_sign(*last, value);
    return value;
}

static intmax_t divide(struct reader *reader, intmax_t left, intmax_t right, bool rest)
{
    if (right == 0)
        return reader->unread ? 0 : fail_of(reader, "", "division by 0");
    if (right == -1)
        return rest ? 0 : (intmax_t) - (uintmax_t)left;
    return rest ? left % right : left / right;
}

/* By level, those that bind least first; of two with the same beginning the longer one first. */
static const char *const operators[LEVELS][OPERATORS] = {
    {"||"},       {"&&"},     {"|"},           {"^"}, {"&"}, {"==", "!="}, {"<=", ">=", "<", ">"},
    {"<<", ">>"}, {"+", "-"}, {"*", "/", "%"},
};

/* Numbers wrap; shift counts are taken modulo the number of bits. */
static intmax_t shift(intmax_t left, uintmax_t bits, bool to_right)
{
    bits %= 8 * sizeof left;
    return to_right ? left >> bits : (intmax_t)((uintmax_t)left << bits);
}

static intmax_t compare(const char *operator, intmax_t left, intmax_t right)
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

/* Applies an operator whose two sides are both computed; for an assignment, the operator before the `=`. */
static intmax_t apply(struct reader *reader, const char *operator, intmax_t left, intmax_t right)
{
    uintmax_t a = (uintmax_t)left, b = (uintmax_t)right;

    switch (operator[0]) {
    case '|':
        return (intmax_t)(a | b);
    case '^':
        return (intmax_t)(a ^ b);
    case '&':
        return (intmax_t)(a & b);
    case '+':
        return (intmax_t)(a + b);
    case '-':
        return (intmax_t)(a - b);
    case '*':
        return (intmax_t)(a * b);
    case '/':
    case '%':
        return divide(reader, left, right, operator[0] == '%');
    default:
        return operator[0] == operator[1] && operator[0] != '=' ? shift(left, b, operator[0] == '>')
                                                                : compare(operator, left, right);
    }
}

/* False if a longer operator begins with this one, or an `=` follows. */
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

static intmax_t read_level(struct reader *reader, int level)
{
    const char *operator;

    if (level == LEVELS)
        return read_signed(reader);
    intmax_t left = read_level(reader, level + 1);
    while (!reader->why && (operator= take_operator(reader, level))) {
        bool is_decided = (level == LEVEL_OR && left) || (level == LEVEL_AND && !left);
        reader->unread += is_decided;
        intmax_t right = read_level(reader, level + 1);
        reader->unread -= is_decided;
        if (level <= LEVEL_AND)
            left = is_decided ? level == LEVEL_OR : right != 0;
        else
            left = apply(reader, operator, left, right);
    }
    return left;
}

/* condition ? one : other; only one of the two is computed. */
static intmax_t read_choice(struct reader *reader)
{
    intmax_t condition = read_level(reader, 0);

    if (!take(reader, "?"))
        return condition;
    if (++reader->depth > DEPTH_MAX)
        return fail(reader, "operators are nested too deeply");
    reader->unread += !condition;
    intmax_t one = read_all(reader);
    reader->unread -= !condition;
    if (!take(reader, ":"))
        return fail(reader, "expecting :");
    reader->unread += condition != 0;
    intmax_t other = read_choice(reader);
    reader->unread -= condition != 0;
    reader->depth--;
    return condition ? one : other;
}

/* Reads past NAME = ..., NAME += ... and so on, and returns the operator, "=" for the first; null: no assignment. */
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

static intmax_t assign(struct reader *reader, const char *name, const char *operator)
{
    char digits[24];

    if (++reader->depth > DEPTH_MAX)
        return fail(reader, "operators are nested too deeply");
    intmax_t value = read_all(reader);
    reader->depth--;
    if (operator[0] != '=')
        value = apply(reader, operator, value_of(reader, name), value);
    if (reader->unread || reader->why)
        return value;
    snprintf(digits, sizeof digits, "%" PRIdMAX, value);
    variable_set(name, digits);
    return value;
}

static intmax_t read_all(struct reader *reader)
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

bool arithmetic(const char *text, intmax_t *value, const char **why)
{
    struct reader reader = {.at = text};

    *value = read_all(&reader);
    skip_blanks(&reader);
    if (*reader.at)
        fail(&reader, "expecting an operator");
    *why = reader.why;
    return !reader.why;
}
