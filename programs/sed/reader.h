/* Reads the script byte by byte, for parsing. */
#pragma once

#include <stdbool.h>

#include "programs/sed/script.h"

struct reader {
    const char *at;
    unsigned line;
    bool is_extended;
};

/* Reports an error with the line, and ends the program. */
_Noreturn void reader_fail(const struct reader *reader, const char *why);

char reader_take(struct reader *reader);
bool reader_take_if(struct reader *reader, char wanted);

void reader_skip_blanks(struct reader *reader);

/* Takes everything to the line's end, and the end. */
void reader_take_line(struct reader *reader, struct buffer *text);

/* Takes the text up to the delimiter, and the delimiter. After a backslash the delimiter stands for itself, and n for a
 * newline; other backslashes stay, with the byte after them. `has_brackets`: in brackets the delimiter is an ordinary
 * byte. */
void reader_take_delimited(struct reader *reader, char delimiter, bool has_brackets, struct buffer *text);

/* Compiles such a text; null if it is empty. */
const regex_t *reader_expression(struct reader *reader, const struct buffer *text, bool ignores_case);

/* Opens the file named by the rest of the line; creates it, once. */
FILE *reader_take_file(struct reader *reader);

/* The rest of y/FROM/TO/ and s/EXPRESSION/REPLACEMENT/FLAGS after the letter. */
char *translation_take(struct reader *reader);
struct substitution *substitution_take(struct reader *reader);
