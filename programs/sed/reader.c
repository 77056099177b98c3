#include "programs/sed/reader.h"

#include <err.h>
#include <string.h>

#include "programs/lib/expressions.h"

enum { STATUS_FAILED = 1 };

struct output {
    struct output *next;
    FILE *file;
    char *name;
};

_Noreturn void reader_fail(const struct reader *reader, const char *why)
{
    errx(STATUS_FAILED, "line %u: %s", reader->line, why);
}

char reader_take(struct reader *reader)
{
    char c = *reader->at;

    reader->line += c == '\n';
    reader->at += c != 0;
    return c;
}

bool reader_take_if(struct reader *reader, char wanted)
{
    bool is = *reader->at == wanted;

    if (is)
        reader_take(reader);
    return is;
}

void reader_skip_blanks(struct reader *reader)
{
    reader->at += strspn(reader->at, " \t");
}

void reader_take_line(struct reader *reader, struct buffer *text)
{
    size_t length = strcspn(reader->at, "\n");

    buffer_add(text, reader->at, length);
    reader->at += length;
    reader_take(reader);
}

/* From the [ to its ], which cannot be the first byte. */
static void take_brackets(struct reader *reader, struct buffer *text)
{
    buffer_add_byte(text, reader_take(reader));
    if (*reader->at == '^')
        buffer_add_byte(text, reader_take(reader));
    if (*reader->at == ']')
        buffer_add_byte(text, reader_take(reader));
    while (*reader->at && *reader->at != ']') {
        char first = reader_take(reader), kind = *reader->at;
        if (first == '\\' && kind == 'n') {
            reader_take(reader);
            first = '\n';
        }
        buffer_add_byte(text, first);
        if (first != '[' || !kind || !strchr(".:=", kind))
            continue;
        do
            buffer_add_byte(text, reader_take(reader));
        while (*reader->at && !(reader->at[-1] == kind && *reader->at == ']'));
        buffer_add_byte(text, reader_take(reader));
    }
}

static void take_escaped(struct reader *reader, char delimiter, struct buffer *text)
{
    char c = reader_take(reader);

    if (c == 'n')
        c = '\n';
    else if (c != delimiter)
        buffer_add_byte(text, '\\');
    if (c)
        buffer_add_byte(text, c);
}

void reader_take_delimited(struct reader *reader, char delimiter, bool has_brackets, struct buffer *text)
{
    if (!delimiter || delimiter == '\n' || delimiter == '\\')
        reader_fail(reader, "invalid delimiter");
    while (*reader->at && *reader->at != delimiter) {
        if (reader_take_if(reader, '\\'))
            take_escaped(reader, delimiter, text);
        else if (*reader->at == '[' && has_brackets)
            take_brackets(reader, text);
        else
            buffer_add_byte(text, reader_take(reader));
    }
    if (!reader_take_if(reader, delimiter))
        reader_fail(reader, "missing delimiter");
}

const regex_t *reader_expression(struct reader *reader, const struct buffer *text, bool ignores_case)
{
    if (!text->used)
        return NULL;
    regex_t *made = must_allocate(NULL, sizeof *made);
    int flags = (reader->is_extended ? REG_EXTENDED : 0) | (ignores_case ? REG_ICASE : 0);
    expression_compile(made, text->text, flags, STATUS_FAILED);
    return made;
}

FILE *reader_take_file(struct reader *reader)
{
    static struct output *outputs;
    struct buffer name = {0};

    reader_skip_blanks(reader);
    reader_take_line(reader, &name);
    if (!name.used)
        reader_fail(reader, "missing filename");
    if (strcmp(name.text, "/dev/stdout") == 0)
        return stdout;
    for (const struct output *each = outputs; each; each = each->next)
        if (strcmp(each->name, name.text) == 0)
            return each->file;
    struct output *made = must_allocate(NULL, sizeof *made);
    *made = (struct output){outputs, fopen(name.text, "w"), name.text};
    if (!made->file)
        err(STATUS_FAILED, "%s", name.text);
    outputs = made;
    return made->file;
}
