/*
 * What sed does, parsed: commands one after the other, each with the addresses that select its lines.
 *
 *      [FROM[,TO]] [!] COMMAND       FROM, TO: a number, $ for the last line, /EXPRESSION/
 *
 *      { ... }    jumps behind } unless the line is selected: `target`
 *      b t        jump to a label, or to the end: `target`
 *      a i c r    `text`: it, or a file's name
 *      w          `file`
 *      y          `map`: of each byte what it becomes
 *      s          `substitution`
 */
#pragma once

#include <regex.h>
#include <stdbool.h>
#include <stdio.h>

#include "programs/sed/buffer.h"

enum { GROUPS = 10, BYTES = 256 }; /* groups: all of a match, \1 to \9 */

enum address_kind { ADDRESS_NONE, ADDRESS_LINE, ADDRESS_LAST, ADDRESS_EXPRESSION };

struct address {
    enum address_kind kind;
    unsigned long line;
    const regex_t *expression; /* null: the one that was used last */
};

/* A text of the replacement, and the group behind it; -1: none. */
struct part {
    struct part *next;
    int group;
    struct buffer text;
};

struct substitution {
    const regex_t *expression; /* null: the one that was used last */
    struct part *parts;
    unsigned long number; /* the first match that is replaced, from 1 on */
    bool all, prints;     /* all behind it, too */
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
    bool is_silent; /* it begins with a line `#n` */
};

/* An error is told, and ends the program. */
struct script script_parse(const char *text, bool is_extended);
