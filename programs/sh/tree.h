/* The syntax tree of a command, in the pool. */
#pragma once

#include <stdbool.h>

/* A word as written, with its quotes. */
struct word {
    const char *text;
    struct word *next;
};

enum redirection_kind {
    FROM_FILE,
    TO_FILE,
    OVER_FILE, /* also with -C */
    APPEND_TO_FILE,
    FROM_AND_TO_FILE,
    FROM_TEXT,
    FROM_DESCRIPTOR,
    TO_DESCRIPTOR
};

struct redirection {
    enum redirection_kind kind;
    int descriptor;    /* the descriptor that is replaced */
    const char *word;  /* the word after the operator; for FROM_TEXT the end mark, then the text */
    bool is_literal;   /* for FROM_TEXT: nothing in the text is expanded */
    bool without_tabs; /* for FROM_TEXT: tabs at the lines' starts are removed */
    struct redirection *next;
};

/*
 *      kind           first       second     third     words         next
 *      SIMPLE                                          all of them
 *      PIPELINE       commands, chained by `next`
 *      LIST           commands, chained by `next`
 *      AND, OR        left        the rest, with the operators behind this one
 *      NOT, BACKGROUND, SUBSHELL, GROUP: first
 *      IF             condition   then       else, or an IF for `elif`
 *      WHILE, UNTIL   condition   body
 *      FOR                        body                 the name, then the values
 *      CASE           its items, chained by `next`     what is compared
 *      CASE_ITEM      commands, or null                the patterns
 *      FUNCTION       body                             the name
 */
enum node_kind {
    NODE_SIMPLE,
    NODE_PIPELINE,
    NODE_LIST,
    NODE_AND,
    NODE_OR,
    NODE_NOT,
    NODE_BACKGROUND,
    NODE_SUBSHELL,
    NODE_GROUP,
    NODE_IF,
    NODE_WHILE,
    NODE_UNTIL,
    NODE_FOR,
    NODE_CASE,
    NODE_CASE_ITEM,
    NODE_FUNCTION,
    NODE_KINDS
};

struct node {
    enum node_kind kind;
    struct node *first, *second, *third, *next;
    struct word *assignments, *words;
    struct redirection *redirections;
    bool has_values; /* for FOR: there was an `in` */
    unsigned line;   /* the source line on which it begins */
};

/* The tree as source text in one line, in the pool. */
char *tree_text(const struct node *node);
