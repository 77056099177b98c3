/* The script as it is parsed, byte by byte. */
#pragma once

#include <stdbool.h>

#include "programs/sed/script.h"

struct reader {
    const char *at;
    unsigned line;
    bool is_extended;
};

/* What is wrong, with the line. */
_Noreturn void reader_fail(const struct reader *reader, const char *why);

char reader_take(struct reader *reader);
bool reader_take_if(struct reader *reader, char wanted);

void reader_skip_blanks(struct reader *reader);

/* All to the line's end, which is taken, too. */
void reader_take_line(struct reader *reader, struct buffer *text);

/* As far as the delimiter, which is taken, too. Behind a backslash that stands for itself, and n for a newline; other
 * backslashes stay, with what is behind them. In brackets a delimiter is none. */
void reader_take_delimited(struct reader *reader, char delimiter, bool has_brackets, struct buffer *text);

/* Of such a text, compiled; null of an empty one. */
const regex_t *reader_expression(struct reader *reader, const struct buffer *text, bool ignores_case);

/* The file whose name is the rest of the line; it is made, once. */
FILE *reader_take_file(struct reader *reader);

/* y/FROM/TO/ and s/EXPRESSION/REPLACEMENT/FLAGS behind their letters. */
char *translation_take(struct reader *reader);
struct substitution *substitution_take(struct reader *reader);
