#include "programs/sh/quotes.h"

#include <stdio.h>
#include <string.h>

#include "programs/sh/pool.h"

bool quotes_are_in(const char *word)
{
    return strpbrk(word, "\\'\"");
}

/* Behind the opening quote: the text to the closing one, past which the result leads. */
static const char *remove_inside(const char *at, char quote, struct text *text)
{
    for (; *at && *at != quote; at++) {
        if (quote == '"' && *at == '\\' && at[1] && strchr("\\\"$`", at[1]))
            at++;
        text_add(text, *at);
    }
    return *at ? at + 1 : at;
}

char *quotes_remove(const char *word)
{
    struct text text = {0};

    while (*word) {
        char c = *word++;
        if (c == '\'' || c == '"')
            word = remove_inside(word, c, &text);
        else if (c == '\\' && *word)
            text_add(&text, *word++);
        else
            text_add(&text, c);
    }
    return text_end(&text);
}

static const char *behind(const char *at, char end)
{
    at = quotes_end(at, end);
    return *at ? at + 1 : at;
}

/* As the lexer's take_part(). */
static const char *behind_part(const char *at)
{
    char c = *at++;

    if (c == '\\' && *at)
        return at + 1;
    if (c == '\'' || c == '"' || c == '`')
        return behind(at, c);
    if (c == '$' && *at == '{')
        return behind(at, '}');
    if (c == '$' && *at == '(')
        return behind(at, ')');
    return at;
}

const char *quotes_end(const char *at, char end)
{
    int open = 0;

    while (*at && (*at != end || open > 1)) {
        if (end == ')')
            open += (*at == '(') - (*at == ')');
        if (end == '\'' || (end == '"' && *at == '\''))
            at++;
        else
            at = behind_part(at);
    }
    return at;
}

void quotes_print(const char *text)
{
    putchar('\'');
    for (; *text; text++)
        *text == '\'' ? fputs("'\\''", stdout) : putchar(*text);
    putchar('\'');
}
