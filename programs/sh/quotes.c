#include "programs/sh/quotes.h"

#include <stdio.h>
#include <string.h>

#include "programs/sh/pool.h"

bool quotes_are_in(const char *word)
{
    return strpbrk(word, "\\'\"");
}

/* Copies the text after the opening quote; returns the position after the closing one. */
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

void quotes_print(const char *text)
{
    putchar('\'');
    for (; *text; text++)
        *text == '\'' ? fputs("'\\''", stdout) : putchar(*text);
    putchar('\'');
}
