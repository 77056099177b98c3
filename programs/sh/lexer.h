/* Splits a source into tokens. */
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
    int depth; /* nesting of quotes and commands */
    enum token token;
    const char *text;           /* TOKEN_WORD: the word, in the pool; for other tokens their spelling, for messages */
    enum redirection_kind kind; /* TOKEN_REDIRECTION */
    int descriptor;             /* the number before it, or the default */
    bool without_tabs;
    bool is_inside;            /* a command has begun */
    bool has_failed;           /* from now on there is only TOKEN_END */
    struct redirection *texts; /* here-documents whose text begins after the line */
};

void lexer_next(struct lexer *lexer);

/* Reports an error in the line, once. */
void lexer_fail(struct lexer *lexer, const char *why);

/* The closing byte of the part of a word that begins at `at` with a quote, or with the bracket after a $. An unclosed
 * part, as a here-document may have, ends the command. `in_quotes`: double quotes surround it. */
const char *lexer_part_end(const char *at, bool in_quotes);

/* The parenthesis that closes the one at `at`. */
const char *lexer_parentheses_end(const char *at);

/* Notes a here-document, whose text begins after the current line. */
void lexer_expect_text(struct lexer *lexer, struct redirection *redirection);
