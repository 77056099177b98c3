/*
 * sed [-En] SCRIPT [FILE...]: writes lines as commands change them, from standard input if no file is given.
 *   -n         only what commands write          -e SCRIPT, -f FILE  commands; several are lines of one script
 *   -E         extended expressions
 * A command applies to all lines, or after LINE, $ or /EXPRESSION/ to those that match; after two of these, separated
 * by a comma, to the lines from one to the other; with ! after these to all other lines:
 *   {...}      those commands                    n N     the next line, replacing or following this one
 *   =          writes the line's number          p P     writes everything, the first line
 *   a i c TEXT after, before, instead of it      q       quits
 *   b t LABEL  goes to :LABEL, or the end; t: if s has replaced something
 *   d D        deletes everything, the first line    r w FILE  writes the file's contents, writes to it
 *   g G h H x  gets, appends, keeps, appends to what is kept, exchanges
 *   l          writes invisible bytes visibly    y/BYTES/OTHERS/
 *   s/EXPRESSION/REPLACEMENT/FLAGS               & and \1: what matched; g: all matches, 3: the third, p, i, w FILE
 * Exit status: 0; 1 an error.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "programs/sed/edit.h"
#include "programs/sed/input.h"

enum { STATUS_FAILED = 1 };

static struct buffer text;
static bool is_silent, is_extended, has_script;

static void begin_line(void)
{
    if (has_script)
        buffer_add_byte(&text, '\n');
    has_script = true;
}

static void add_script(const char *script)
{
    begin_line();
    while (*script)
        buffer_add_byte(&text, *script++);
}

/* Adds the file without its last newline. */
static void add_file(const char *name)
{
    FILE *file = fopen(name, "r");
    int c;

    if (!file)
        err(STATUS_FAILED, "%s", name);
    begin_line();
    while ((c = getc(file)) != EOF)
        buffer_add_byte(&text, (char)c);
    if (ferror(file))
        err(STATUS_FAILED, "%s", name);
    fclose(file);
    if (text.used && text.text[text.used - 1] == '\n')
        text.text[--text.used] = 0;
}

static void take_option(int option)
{
    switch (option) {
    case 'n':
        is_silent = true;
        break;
    case 'E':
        is_extended = true;
        break;
    case 'e':
        add_script(optarg);
        break;
    case 'f':
        add_file(optarg);
        break;
    default:
        exit(STATUS_FAILED);
    }
}

int main(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "Ene:f:")) != -1)
        take_option(option);
    if (!has_script && optind == argc)
        errx(STATUS_FAILED, "usage: sed [-En] [-e] script [-f file] [file...]");
    if (!has_script)
        add_script(argv[optind++]);
    struct script script = script_parse(buffer_text(&text), is_extended);
    input_init(argv + optind);
    edit(&script, is_silent);
    if (fflush(NULL) != 0 || ferror(stdout))
        err(STATUS_FAILED, "output");
    return input_has_failed() ? STATUS_FAILED : 0;
}
