/*
 * A parsed script: a list of commands, each with the addresses that select its lines.
 *
 *      [FROM[,TO]] [!] COMMAND       FROM, TO: a number, $ for the last line, /EXPRESSION/
 *
 *      { ... }    jumps past the } unless the line is selected: `target`
 *      b t        jump to a label, or to the end: `target`
 *      a i c r    `text`: the text, or a file's name
 *      w          `file`
 *      y          `map`: the new value of each byte
 *      s          `substitution`
 */
#pragma once

#include <regex.h>
#include <stdbool.h>
#include <stdio.h>

#include "programs/sed/buffer.h"

enum { GROUPS = 10, BYTES = 256 }; /* groups: the whole match, and \1 to \9 */

enum address_kind { ADDRESS_NONE, ADDRESS_LINE, ADDRESS_LAST, ADDRESS_EXPRESSION };

struct address {
    enum address_kind kind;
    unsigned long line;
    const regex_t *expression; /* null: the last one used */
};

/* A text of the replacement, and the group after it; -1: none. */
struct part {
    struct part *next;
    int group;
    struct buffer text;
};

struct substitution {
    const regex_t *expression; /* null: the last one used */
    struct part *parts;
    unsigned long number; /* the first match to replace, from 1 on */
    bool all, prints;     /* all: also the following matches */
    FILE *file;           /* or null */
};

struct command {
    struct address from, to;
    bool is_negated, in_range;
    char name;
    size_t target;
    struct buffer text;
    FILE *file;
    char *map;
    struct substitution *substitution;
};

struct script {
    struct command *commands;
    size_t count;
    bool is_silent; /* its first line is `#n` */
};

/* An error is reported, and ends the program. */
struct script script_parse(const char *text, bool is_extended);
