/* Tokens out of a source. */
#pragma once

#include "programs/sh/source.h"
#include "programs/sh/tree.h"

enum token {
    TOKEN_END,
    TOKEN_NEWLINE,
    TOKEN_WORD,
    TOKEN_SEMICOLON,
    TOKEN_END_OF_CASE,
    TOKEN_BACKGROUND,
    TOKEN_AND,
    TOKEN_OR,
    TOKEN_PIPE,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_REDIRECTION
};

enum { LEXER_DEPTH_MAX = 100 };

struct lexer {
    struct source *source;
    int depth; /* of quotes and commands in each other */
    enum token token;
    const char *text;           /* TOKEN_WORD: it, in the pool; of others as they are written, for messages */
    enum redirection_kind kind; /* TOKEN_REDIRECTION */
    int descriptor;             /* the number before it, or the usual one */
    bool without_tabs;
    bool is_inside;            /* a command has begun */
    bool has_failed;           /* then there is only TOKEN_END */
    struct redirection *texts; /* those whose text begins behind the line */
};

void lexer_next(struct lexer *lexer);

/* The line's text: what is wrong, once. */
void lexer_fail(struct lexer *lexer, const char *why);

/* Where the part of a word ends that begins at `at` with a quote, or with the bracket behind a $: the byte that closes
 * it. What is not closed, as a text between lines may have it, ends the command. In quotes: all around it is. */
const char *lexer_part_end(const char *at, bool in_quotes);

/* The parenthesis that closes the one at `at`. */
const char *lexer_parentheses_end(const char *at);

/* Its text begins behind the line that is being read. */
void lexer_expect_text(struct lexer *lexer, struct redirection *redirection);
