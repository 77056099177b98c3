#include "programs/sh/read.h"

#include <setjmp.h>
#include <string.h>
#include <unistd.h>

#include "programs/sh/pool.h"
#include "programs/sh/shell.h"
#include "programs/sh/variables.h"

enum { STATUS_FAILED = 1 };

/* A line. `kept` has KEPT for each byte that had a backslash before it: it separates no fields. */
struct line {
    struct text text, kept;
};
#define KEPT 'k'

/* A signal just before the call would not interrupt it, so its handler jumps. */
static bool read_byte(char *c)
{
    sigjmp_buf stopped;

    if (sigsetjmp(stopped, 0))
        return false;
    shell.waits = &stopped;
    bool is_read = !shell.is_stopped && read(STDIN_FILENO, c, 1) == 1;
    shell.waits = NULL;
    return is_read;
}

/* Reads a line without its end, and nothing after it; false: the input ends first. A backslash quotes the next byte,
 * unless `raw`. */
static bool read_line(struct line *line, bool raw)
{
    char c;

    while (read_byte(&c)) {
        bool is_kept = c == '\\' && !raw;
        if (is_kept && !read_byte(&c))
            break;
        if (is_kept && c == '\n')
            continue;
        if (c == '\n')
            return true;
        text_add(&line->text, c);
        text_add(&line->kept, is_kept ? KEPT : ' ');
    }
    return false;
}

static const char *separators(void)
{
    return variable_or("IFS", " \t\n");
}

static bool is_separator(const struct line *line, size_t at)
{
    return at < line->text.used && line->text.at[at] && line->kept.at[at] != KEPT &&
           strchr(separators(), line->text.at[at]);
}

static bool is_blank(const struct line *line, size_t at)
{
    return is_separator(line, at) && strchr(" \t\n", line->text.at[at]);
}

static size_t behind_blanks(const struct line *line, size_t at)
{
    while (is_blank(line, at))
        at++;
    return at;
}

static size_t field_end(const struct line *line, size_t at)
{
    while (at < line->text.used && !is_separator(line, at))
        at++;
    return at;
}

/* Skips a separator: blanks, with one other separator among them. */
static size_t behind_separator(const struct line *line, size_t at)
{
    at = behind_blanks(line, at);
    return is_separator(line, at) ? behind_blanks(line, at + 1) : at;
}

/* The last name gets the rest without blanks at its end; if that is a single field, as in other shells, without its
 * separator. */
static size_t end_of_last(const struct line *line, size_t at)
{
    size_t end = field_end(line, at), last = line->text.used;

    if (behind_separator(line, end) == last)
        return end;
    while (last > at && is_blank(line, last - 1))
        last--;
    return last;
}

static void split(const struct line *line, char **names)
{
    size_t at = behind_blanks(line, 0);

    for (; *names && !shell.has_failed; names++) {
        size_t end = names[1] ? field_end(line, at) : end_of_last(line, at);
        variable_set(*names, pool_text(line->text.at + at, end - at));
        at = behind_separator(line, end);
    }
}

int run_read(char **words)
{
    bool raw = words[1] && strcmp(words[1], "-r") == 0;
    struct line line = {0};

    words += 1 + raw;
    if (!*words) {
        shell_complain("read: missing operand");
        return STATUS_USAGE;
    }
    for (char **name = words; *name; name++)
        if (!variable_is_name(*name)) {
            shell_complain("read: %s: bad variable name", *name);
            return STATUS_USAGE;
        }
    bool is_whole = read_line(&line, raw);
    text_end(&line.text);
    split(&line, words);
    return is_whole ? 0 : STATUS_FAILED;
}
