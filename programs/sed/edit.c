#include "programs/sed/edit.h"

#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "programs/sed/input.h"
#include "programs/sed/substitute.h"

enum { STATUS_FAILED = 1, LINE_COLUMNS = 70 };

/* Output that follows the line: a text, or a file's contents. */
struct append {
    struct append *next;
    const struct command *command;
};

/* What follows a command: the next one, or a jump; the end of the cycle, with or without writing its line; a new cycle
 * without reading a line; the end of the program. */
enum outcome { GOES_ON, JUMPS, ENDS_CYCLE, DROPS_LINE, BEGINS_AGAIN, QUITS };

static struct {
    struct script *script;
    bool is_silent;
    struct buffer space, hold;
    struct append *appends, **last_append;
    bool has_substituted; /* since the line was read, or since the last `t` */
} editor;

/* ------------------------------------------------------------------------------------------ writing */

/* Flushes output of `w`, as `r` may read the file. */
static void write_line(FILE *file, const char *text, size_t length)
{
    fwrite(text, 1, length, file);
    putc('\n', file);
    if ((file != stdout && fflush(file) != 0) || ferror(file))
        err(STATUS_FAILED, "output");
}

static void write_space(FILE *file)
{
    write_line(file, buffer_text(&editor.space), editor.space.used);
}

static size_t first_line(void)
{
    return strcspn(buffer_text(&editor.space), "\n");
}

static void append(const struct command *command)
{
    struct append *made = must_allocate(NULL, sizeof *made);

    made->command = command;
    *editor.last_append = made;
    editor.last_append = &made->next;
}

/* An unreadable file counts as empty. */
static void copy_file(const char *name)
{
    FILE *file = fopen(name, "r");
    char piece[512];
    size_t bytes;

    if (!file)
        return;
    while ((bytes = fread(piece, 1, sizeof piece, file)) > 0)
        fwrite(piece, 1, bytes, stdout);
    fclose(file);
}

static void write_appends(void)
{
    while (editor.appends) {
        struct append *first = editor.appends;
        const struct buffer *text = &first->command->text;
        if (first->command->name == 'r')
            copy_file(buffer_text(text));
        else
            fwrite(text->text, 1, text->used, stdout);
        editor.appends = first->next;
        free(first);
    }
    editor.last_append = &editor.appends;
}

/* `l`: writes invisible bytes as C does, splits long lines, and ends each with a $. */
static void write_visibly(void)
{
    static const char escaped[] = "\\\a\b\f\n\r\t\v", letters[] = "\\abfnrtv";
    size_t columns = 0;

    for (const char *at = buffer_text(&editor.space); *at; at++) {
        const char *special = strchr(escaped, *at);
        char form[8];
        if (special)
            snprintf(form, sizeof form, "\\%c", letters[special - escaped]);
        else
            snprintf(form, sizeof form, isprint((unsigned char)*at) ? "%c" : "\\%03o", (unsigned char)*at);
        if (columns + strlen(form) >= LINE_COLUMNS) {
            fputs("\\\n", stdout);
            columns = 0;
        }
        fputs(form, stdout);
        columns += strlen(form);
    }
    fputs("$\n", stdout);
}

/* ----------------------------------------------------------------------------------------- addresses */

static bool matches(const struct address *address)
{
    switch (address->kind) {
    case ADDRESS_LINE:
        return input_number() == address->line;
    case ADDRESS_LAST:
        return input_is_at_end();
    case ADDRESS_EXPRESSION:
        return expression_is_in(address->expression, buffer_text(&editor.space));
    default:
        return true;
    }
}

/* A range is this one line only, if its last line is not after it. */
static bool begins_range(struct command *command)
{
    const struct address *to = &command->to;

    if (!matches(&command->from))
        return false;
    command->in_range =
        !(to->kind == ADDRESS_LINE && to->line <= input_number()) && !(to->kind == ADDRESS_LAST && input_is_at_end());
    return true;
}

static bool is_in_range(struct command *command)
{
    const struct address *to = &command->to;

    if (!command->in_range)
        return begins_range(command);
    if (to->kind != ADDRESS_LINE) {
        command->in_range = !matches(to);
        return true;
    }
    command->in_range = input_number() < to->line;
    return input_number() <= to->line;
}

static bool is_selected(struct command *command)
{
    bool is = command->to.kind ? is_in_range(command) : matches(&command->from);

    return is != command->is_negated;
}

/* ------------------------------------------------------------------------------------------ commands */

static void read_line(void)
{
    input_take(&editor.space);
    editor.has_substituted = false;
}

/* n, N: without a next line they end the program; n writes the line before that, N does not, by POSIX. */
static enum outcome next_line(bool is_added)
{
    if (input_is_at_end())
        return is_added ? DROPS_LINE : ENDS_CYCLE;
    if (!is_added && !editor.is_silent)
        write_space(stdout);
    write_appends();
    if (is_added)
        buffer_add_byte(&editor.space, '\n');
    else
        buffer_clear(&editor.space);
    read_line();
    return GOES_ON;
}

/* Copies to the other space, or appends after a newline. */
static enum outcome copy(struct buffer *to, const struct buffer *from, bool is_added)
{
    if (is_added)
        buffer_add_byte(to, '\n');
    else
        buffer_clear(to);
    buffer_add(to, buffer_text(from), from->used);
    return GOES_ON;
}

static enum outcome change(const struct command *command)
{
    if (!command->to.kind || command->is_negated || !command->in_range)
        fwrite(command->text.text, 1, command->text.used, stdout);
    return DROPS_LINE;
}

static enum outcome drop_first_line(void)
{
    size_t length = first_line();

    if (length == editor.space.used)
        return DROPS_LINE;
    struct buffer rest = {0};
    buffer_add(&rest, editor.space.text + length + 1, editor.space.used - length - 1);
    buffer_swap(&rest, &editor.space);
    buffer_free(&rest);
    return BEGINS_AGAIN;
}

static enum outcome run_substitution(const struct substitution *substitution)
{
    if (!substitute(substitution, &editor.space))
        return GOES_ON;
    editor.has_substituted = true;
    if (substitution->prints)
        write_space(stdout);
    if (substitution->file)
        write_space(substitution->file);
    return GOES_ON;
}

static enum outcome translate(const char *map)
{
    for (size_t i = 0; i < editor.space.used; i++)
        editor.space.text[i] = map[(unsigned char)editor.space.text[i]];
    return GOES_ON;
}

static enum outcome jump_if_substituted(void)
{
    bool jumps = editor.has_substituted;

    editor.has_substituted = false;
    return jumps ? JUMPS : GOES_ON;
}

/* Commands that write and continue with the next one. */
static enum outcome write_by(const struct command *command)
{
    switch (command->name) {
    case '=':
        printf("%lu\n", input_number());
        break;
    case 'i':
        fwrite(command->text.text, 1, command->text.used, stdout);
        break;
    case 'l':
        write_visibly();
        break;
    case 'p':
        write_space(stdout);
        break;
    case 'P':
        write_line(stdout, buffer_text(&editor.space), first_line());
        break;
    case 'w':
        write_space(command->file);
        break;
    default: /* {, }, labels */
        break;
    }
    return GOES_ON;
}

static enum outcome run_command(const struct command *command)
{
    switch (command->name) {
    case 'a':
    case 'r':
        append(command);
        return GOES_ON;
    case 'b':
        return JUMPS;
    case 'c':
        return change(command);
    case 'd':
        return DROPS_LINE;
    case 'D':
        return drop_first_line();
    case 'g':
    case 'G':
        return copy(&editor.space, &editor.hold, command->name == 'G');
    case 'h':
    case 'H':
        return copy(&editor.hold, &editor.space, command->name == 'H');
    case 'n':
    case 'N':
        return next_line(command->name == 'N');
    case 'q':
        return QUITS;
    case 's':
        return run_substitution(command->substitution);
    case 't':
        return jump_if_substituted();
    case 'x':
        buffer_swap(&editor.space, &editor.hold);
        return GOES_ON;
    case 'y':
        return translate(command->map);
    default:
        return write_by(command);
    }
}

static enum outcome run_script(void)
{
    struct script *script = editor.script;
    enum outcome outcome = GOES_ON;

    for (size_t i = 0; i < script->count && outcome == GOES_ON; i++) {
        struct command *command = &script->commands[i];
        bool is_run = is_selected(command);
        if (is_run)
            outcome = run_command(command);
        if (outcome == JUMPS || (command->name == '{' && !is_run)) {
            i = command->target;
            outcome = GOES_ON;
        }
    }
    return outcome;
}

/* False: this was the last cycle. */
static bool run_cycle(void)
{
    enum outcome outcome = run_script();

    if (outcome != DROPS_LINE && outcome != BEGINS_AGAIN && !editor.is_silent)
        write_space(stdout);
    write_appends();
    if (outcome == QUITS)
        return false;
    if (outcome == BEGINS_AGAIN)
        return true;
    buffer_clear(&editor.space);
    if (input_is_at_end())
        return false;
    read_line();
    return true;
}

void edit(struct script *script, bool is_silent)
{
    editor.script = script;
    editor.is_silent = is_silent || script->is_silent;
    editor.last_append = &editor.appends;
    if (input_is_at_end())
        return;
    read_line();
    while (run_cycle())
        continue;
}
