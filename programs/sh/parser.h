/*
 * Commands out of a source (POSIX, "Shell Command Language"):
 *
 *      list      and_or { ; and_or | & and_or | newline and_or }
 *      and_or    pipeline { && pipeline | || pipeline }
 *      pipeline  [!] command { | command }
 *      command   words and redirections, or one of these and redirections:
 *                ( list )   { list; }   if list; then list; [elif ...] [else list;] fi
 *                while list; do list; done   until ...   for NAME [in words]; do list; done
 *                case WORD in PATTERN | PATTERN) list;; esac   NAME() command
 */
#pragma once

#include "programs/sh/source.h"
#include "programs/sh/tree.h"

struct lexer;

enum parsed { PARSED_COMMAND, PARSED_NOTHING, PARSED_END, PARSED_WRONG };

/* Parses the commands of the next line, or of as many lines as they need; an empty line has none. Reports errors. */
enum parsed parse_line(struct source *source, struct node **node);

/* Reads the commands of $(...), from after its first parenthesis to after its last one, only to find their end. */
void parse_commands_inside(struct lexer *outer);
