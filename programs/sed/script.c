#include "programs/sed/script.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "programs/sed/reader.h"

/* ---------------------------------------------------------------------------------------- addresses */

static struct address take_address(struct reader *reader)
{
    struct address address = {0};
    struct buffer expression = {0};

    if (isdigit((unsigned char)*reader->at)) {
        char *end;
        address = (struct address){.kind = ADDRESS_LINE, .line = strtoul(reader->at, &end, 10)};
        reader->at = end;
    } else if (reader_take_if(reader, '$')) {
        address.kind = ADDRESS_LAST;
    } else if (*reader->at == '/' || reader_take_if(reader, '\\')) {
        char delimiter = reader_take(reader);
        reader_take_delimited(reader, delimiter, true, &expression);
        bool ignores_case = reader_take_if(reader, 'I');
        address.kind = ADDRESS_EXPRESSION;
        address.expression = reader_expression(reader, &expression, ignores_case);
    }
    return address;
}

static void take_addresses(struct reader *reader, struct command *command)
{
    command->from = take_address(reader);
    reader_skip_blanks(reader);
    if (command->from.kind && reader_take_if(reader, ',')) {
        reader_skip_blanks(reader);
        command->to = take_address(reader);
        if (!command->to.kind)
            reader_fail(reader, "missing second address");
        reader_skip_blanks(reader);
    }
    while (reader_take_if(reader, '!')) {
        command->is_negated = true;
        reader_skip_blanks(reader);
    }
}

/* ----------------------------------------------------------------------------------------- commands */

/* The text of a\, i\ and c\: following lines, all but the last ending with a backslash; or the rest of the command's
 * line. */
static void take_text(struct reader *reader, struct buffer *text)
{
    char c;

    reader_skip_blanks(reader);
    if (reader->at[0] == '\\' && reader->at[1 + strspn(reader->at + 1, " \t")] == '\n') {
        reader_take(reader);
        reader_skip_blanks(reader);
        reader_take(reader);
    }
    if (!*reader->at)
        reader_fail(reader, "missing text");
    while ((c = reader_take(reader)) && c != '\n') {
        if (c == '\\')
            c = reader_take(reader);
        if (c)
            buffer_add_byte(text, c);
    }
    buffer_add_byte(text, '\n');
}

static void take_label(struct reader *reader, struct buffer *name)
{
    reader_skip_blanks(reader);
    size_t length = strcspn(reader->at, " \t\n;}");
    buffer_add(name, reader->at, length);
    reader->at += length;
}

static void take_arguments(struct reader *reader, struct command *command)
{
    switch (command->name) {
    case 'a':
    case 'i':
    case 'c':
        take_text(reader, &command->text);
        break;
    case 'b':
    case 't':
    case ':':
        take_label(reader, &command->text);
        break;
    case 'r':
        reader_skip_blanks(reader);
        reader_take_line(reader, &command->text);
        break;
    case 'w':
        command->file = reader_take_file(reader);
        break;
    case 'y':
        command->map = translation_take(reader);
        break;
    case 's':
        command->substitution = substitution_take(reader);
        break;
    default:
        break;
    }
}

/* A command is followed by a newline, a semicolon, or the } of its block. */
static void take_end(struct reader *reader, char name)
{
    if (strchr("{aicrw", name) || (name == 's' && reader->at[-1] == '\n'))
        return;
    reader_skip_blanks(reader);
    if (*reader->at && !strchr(";\n}#", *reader->at))
        reader_fail(reader, "extra characters after command");
}

static void check_addresses(const struct reader *reader, const struct command *command)
{
    if (!command->name || !strchr("{}=abcdDgGhHilnNpPqrstwxy:", command->name))
        reader_fail(reader, command->name ? "unknown command" : "missing command");
    if (command->from.kind && strchr("}:", command->name))
        reader_fail(reader, "command takes no address");
    if (command->to.kind && command->name == 'q')
        reader_fail(reader, "command takes at most one address");
    if ((command->from.kind == ADDRESS_LINE && !command->from.line) ||
        (command->to.kind == ADDRESS_LINE && !command->to.line))
        reader_fail(reader, "invalid line number 0");
}

static struct command take_command(struct reader *reader)
{
    struct command command = {0};

    take_addresses(reader, &command);
    command.name = reader_take(reader);
    check_addresses(reader, &command);
    take_arguments(reader, &command);
    take_end(reader, command.name);
    return command;
}

/* -------------------------------------------------------------------------------------------- jumps */

static void set_brackets(const struct reader *reader, struct script *script)
{
    size_t open = 0;

    for (size_t i = 0; i < script->count; i++) {
        struct command *command = &script->commands[i];
        if (command->name == '{') {
            command->target = open; /* while it is open: the number of the enclosing block, from 1 on */
            open = i + 1;
        } else if (command->name == '}') {
            if (!open)
                reader_fail(reader, "unexpected }");
            struct command *opening = &script->commands[open - 1];
            open = opening->target;
            opening->target = i;
        }
    }
    if (open)
        reader_fail(reader, "unmatched {");
}

static size_t find_label(const struct reader *reader, const struct script *script, const char *name)
{
    for (size_t i = 0; i < script->count; i++)
        if (script->commands[i].name == ':' && strcmp(buffer_text(&script->commands[i].text), name) == 0)
            return i;
    reader_fail(reader, "undefined label");
}

static void set_jumps(const struct reader *reader, struct script *script)
{
    for (size_t i = 0; i < script->count; i++) {
        struct command *command = &script->commands[i];
        if (command->name != 'b' && command->name != 't')
            continue;
        const char *name = buffer_text(&command->text);
        command->target = *name ? find_label(reader, script, name) : script->count;
    }
}

/* ---------------------------------------------------------------------------------------------- all */

static void skip_between(struct reader *reader)
{
    while (*reader->at && strchr(" \t\n;#", *reader->at))
        if (reader_take(reader) == '#') {
            reader->at += strcspn(reader->at, "\n");
        }
}

struct script script_parse(const char *text, bool is_extended)
{
    struct reader reader = {.at = text, .line = 1, .is_extended = is_extended};
    struct script script = {.is_silent = strncmp(text, "#n", 2) == 0 && (text[2] == '\n' || !text[2])};

    for (skip_between(&reader); *reader.at; skip_between(&reader)) {
        script.commands = must_allocate(script.commands, (script.count + 1) * sizeof *script.commands);
        script.commands[script.count] = take_command(&reader);
        script.count++;
    }
    set_brackets(&reader, &script);
    set_jumps(&reader, &script);
    return script;
}
