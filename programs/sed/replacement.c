/* The parts of y and s. */
#include <ctype.h>
#include <stdlib.h>

#include "programs/sed/reader.h"

/* The next byte of a set of `y`, where \\ means a backslash. */
static unsigned char next_of_set(const struct reader *reader, const char **at)
{
    if (**at == '\\' && *++*at != '\\')
        reader_fail(reader, "invalid escape");
    return (unsigned char)*(*at)++;
}

char *translation_take(struct reader *reader)
{
    char delimiter = reader_take(reader), *map = must_allocate(NULL, BYTES);
    struct buffer from = {0}, to = {0};

    reader_take_delimited(reader, delimiter, false, &from);
    reader_take_delimited(reader, delimiter, false, &to);
    for (int byte = 0; byte < BYTES; byte++)
        map[byte] = (char)byte;
    const char *old = buffer_text(&from), *new = buffer_text(&to);
    while (*old && *new) {
        unsigned char byte = next_of_set(reader, &old);
        map[byte] = (char)next_of_set(reader, &new);
    }
    if (*old || *new)
        reader_fail(reader, "strings for y have different lengths");
    return map;
}

static struct part *add_part(struct part ***end)
{
    struct part *made = must_allocate(NULL, sizeof *made);

    made->group = -1;
    **end = made;
    *end = &made->next;
    return made;
}

/* The replacement: & and \1 are groups; after another backslash a byte, even a newline, stands for itself. */
static struct part *take_parts(struct reader *reader, char delimiter)
{
    struct part *first = NULL, **end = &first, *part = add_part(&end);

    while (*reader->at && *reader->at != delimiter) {
        char c = reader_take(reader);
        bool is_escaped = c == '\\';
        if (is_escaped)
            c = reader_take(reader);
        if (is_escaped ? isdigit((unsigned char)c) : c == '&') {
            part->group = is_escaped ? c - '0' : 0;
            part = add_part(&end);
        } else {
            buffer_add_byte(&part->text, is_escaped && c == 'n' ? '\n' : c);
        }
    }
    if (!reader_take_if(reader, delimiter))
        reader_fail(reader, "missing delimiter");
    return first;
}

/* Takes the flags after s/.../.../; returns whether one of them ignores case. */
static bool take_flags(struct reader *reader, struct substitution *made)
{
    bool ignores_case = false;

    for (;;) {
        if (isdigit((unsigned char)*reader->at)) {
            char *end;
            made->number = strtoul(reader->at, &end, 10);
            reader->at = end;
            if (!made->number)
                reader_fail(reader, "invalid match number 0");
        } else if (reader_take_if(reader, 'g')) {
            made->all = true;
        } else if (reader_take_if(reader, 'p')) {
            made->prints = true;
        } else if (reader_take_if(reader, 'i') || reader_take_if(reader, 'I')) {
            ignores_case = true;
        } else {
            break;
        }
    }
    if (reader_take_if(reader, 'w'))
        made->file = reader_take_file(reader);
    return ignores_case;
}

static void check_groups(const struct reader *reader, const struct substitution *made)
{
    for (const struct part *part = made->parts; part && made->expression; part = part->next)
        if (part->group > (int)made->expression->re_nsub)
            reader_fail(reader, "invalid reference to a group");
}

struct substitution *substitution_take(struct reader *reader)
{
    struct substitution *made = must_allocate(NULL, sizeof *made);
    struct buffer expression = {0};
    char delimiter = reader_take(reader);

    made->number = 1;
    reader_take_delimited(reader, delimiter, true, &expression);
    made->parts = take_parts(reader, delimiter);
    bool ignores_case = take_flags(reader, made);
    made->expression = reader_expression(reader, &expression, ignores_case);
    check_groups(reader, made);
    return made;
}
