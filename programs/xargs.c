/*
 * xargs [-0rt] [-n WORDS] [-I MARK] [PROGRAM [ARGUMENT...]]: runs the program (echo) with words from standard input
 * after its arguments, as often as necessary.
 *   -n  with at most so many words                   -0  words end with a zero byte
 *   -I  once for each line, which replaces MARK      -r  not at all if there are no words
 *   -t  writes each command to stderr first
 *
 * Blanks and newlines separate words, unless quoted or after a backslash. Exit status: 0; 123 if a program failed; 124
 * if one ended with 255, which ends xargs, too; 125 by a signal; 126 or 127 if it cannot be run or does not exist.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "programs/lib/numbers.h"

enum {
    BYTES_MAX = 1 << 15, /* of all words for one program; the rest is for the environment */
    WORDS_MAX = BYTES_MAX / 2,
    FAILED = 123,
    ENDS_ALL = 124,
    KILLED = 125,
    CANNOT_RUN = 126,
    NOT_FOUND = 127
};

static char *words[WORDS_MAX + 1], bytes[BYTES_MAX];
static size_t fixed, count, used, fixed_bytes;
static unsigned long most = WORDS_MAX;
static const char *mark;
static int zero_ends, only_some, tells, status;

/* ---------------------------------------------------------------------------------------- running */

static _Noreturn void become(char **program)
{
    execvp(program[0], program);
    int error = errno;
    warn("%s", program[0]);
    _exit(error == ENOENT || error == ENOTDIR ? NOT_FOUND : CANNOT_RUN);
}

static void judge(const char *program, int ended)
{
    int code = WEXITSTATUS(ended);

    if (WIFSIGNALED(ended))
        errx(KILLED, "%s: %s", program, strsignal(WTERMSIG(ended)));
    if (code == 255)
        errx(ENDS_ALL, "%s: exited with status 255; aborting", program);
    if (code == CANNOT_RUN || code == NOT_FOUND)
        exit(code);
    if (code)
        status = FAILED;
}

static void run(char **program)
{
    int ended;

    for (char **word = program; tells && *word; word++)
        fprintf(stderr, "%s%c", *word, word[1] ? ' ' : '\n');
    pid_t pid = fork();
    if (pid == 0)
        become(program);
    if (pid < 0 || waitpid(pid, &ended, 0) < 0)
        err(1, "%s", program[0]);
    judge(program[0], ended);
}

static void run_with_words(void)
{
    words[count] = NULL;
    run(words);
    count = fixed;
    used = fixed_bytes;
}

/* `text` with `line` in place of each mark. */
static char *marked(const char *text, const char *line)
{
    size_t room = strlen(text) + 1, length = strlen(mark);

    for (const char *at = text; (at = strstr(at, mark)); at += length)
        room += strlen(line);
    char *made = calloc(room, 1), *end = made;
    if (!made)
        err(1, "%s", text);
    for (const char *at; (at = strstr(text, mark)); text = at + length) {
        end = stpncpy(end, text, (size_t)(at - text));
        end = stpcpy(end, line);
    }
    strcpy(end, text);
    return made;
}

static void run_with_line(const char *line)
{
    static char *made[WORDS_MAX + 1];

    for (size_t i = 0; i < fixed; i++)
        made[i] = marked(words[i], line);
    made[fixed] = NULL;
    run(made);
    for (size_t i = 0; i < fixed; i++)
        free(made[i]);
}

/* ------------------------------------------------------------------------------------------ words */

static void add(const char *word)
{
    size_t length = strlen(word) + 1;

    if (length > BYTES_MAX - fixed_bytes)
        errx(1, "a word is too long");
    if (count - fixed == most || count == WORDS_MAX || used + length > BYTES_MAX)
        run_with_words();
    words[count++] = memcpy(bytes + used, word, length);
    used += length;
}

static void take(const char *word, int *any)
{
    *any = 1;
    if (mark)
        run_with_line(word);
    else
        add(word);
}

/* Reads up to the closing quote, or the byte after a backslash; returns the word's new length. */
static size_t read_quoted(int quote, char *word, size_t length)
{
    int c;

    while ((c = getchar()) != EOF && (quote == '\\' || (c != quote && c != '\n'))) {
        if (length == BYTES_MAX)
            errx(1, "a word is too long");
        word[length++] = (char)c;
        if (quote == '\\')
            return length;
    }
    if (c != quote)
        errx(1, "unterminated quote");
    return length;
}

static int ends_word(int c)
{
    if (zero_ends)
        return c == 0;
    return c == '\n' || (!mark && (c == ' ' || c == '\t'));
}

/* Reads the next word, without quotes; false at the end. An empty word must have been quoted. */
static int read_word(char *word)
{
    size_t length = 0;
    int c, is_word = 0;

    while ((c = getchar()) != EOF) {
        if (ends_word(c) && (is_word || zero_ends))
            break;
        if (ends_word(c) || (mark && !is_word && (c == ' ' || c == '\t')))
            continue;
        is_word = 1;
        if (!zero_ends && strchr("'\"\\", c)) {
            length = read_quoted(c, word, length);
            continue;
        }
        if (length == BYTES_MAX)
            errx(1, "a word is too long");
        word[length++] = (char)c;
    }
    word[length] = 0;
    return is_word || c == 0;
}

/* ---------------------------------------------------------------------------------------- options */

static void take_options(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "+0rtn:I:")) != -1) {
        if (option == '?')
            exit(1);
        if (option == 'n' && (!number_is(optarg, &most) || most == 0))
            errx(1, "%s: invalid number", optarg);
        if (option == 'I' && !*(mark = optarg))
            errx(1, "an empty mark");
        zero_ends |= option == '0', only_some |= option == 'r', tells |= option == 't';
    }
}

static void take_program(char **program)
{
    static char *usual[] = {"echo", NULL};

    if (!*program)
        program = usual;
    for (; *program; program++) {
        fixed_bytes += strlen(*program) + 1;
        if (fixed_bytes > BYTES_MAX / 2)
            errx(1, "argument list too long");
        words[fixed++] = *program;
    }
    count = fixed;
    used = fixed_bytes;
}

int main(int argc, char **argv)
{
    static char word[BYTES_MAX + 1];
    int any = 0;

    take_options(argc, argv);
    take_program(argv + optind);
    while (read_word(word))
        take(word, &any);
    if (ferror(stdin))
        err(1, "standard input");
    if (!mark && (count > fixed || (!any && !only_some)))
        run_with_words();
    return status;
}
