/*
 * find [PATH...] [TEST | ACTION]...: writes the paths of all files in and below PATH (the working directory) that pass
 * all tests.
 *   -name PATTERN            the last name matches a shell pattern
 *   -type f|d|c              a file, a directory, a device
 *   -newer FILE              changed later than FILE
 *   -print                   writes the path; the default action
 *   -exec PROGRAM... ;       runs it, with the path for each {}; a test, too
 *   -delete                  removes it, after its contents
 *   -maxdepth N, -mindepth N
 *   ! TEST                   passes if TEST does not
 */
#include <err.h>
#include <errno.h>
#include <fnmatch.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "programs/lib/output.h"
#include "programs/lib/numbers.h"

enum { DESCRIPTORS = 20, TERMS_MAX = 50, WORDS_MAX = 64, STATUS_NOT_FOUND = 127 };

struct file {
    const char *path, *name;
    const struct stat *status;
};

struct term {
    int (*passes)(const struct term *term, const struct file *file);
    char **words; /* after the term's name */
    time_t time;
    int inverted;
};

static struct term terms[TERMS_MAX + 1];
static unsigned long term_count, deepest = ~0ul, shallowest;
static int failed, has_action, contents_first;

static int complain(const char *path)
{
    warn("%s", path);
    failed = 1;
    return 0;
}

/* ------------------------------------------------------------------------------------------ terms */

static int has_name(const struct term *term, const struct file *file)
{
    return fnmatch(term->words[0], file->name, 0) == 0;
}

static int has_type(const struct term *term, const struct file *file)
{
    mode_t mode = file->status->st_mode;

    return term->words[0][0] == 'd' ? S_ISDIR(mode) : term->words[0][0] == 'c' ? S_ISCHR(mode) : S_ISREG(mode);
}

static int is_newer(const struct term *term, const struct file *file)
{
    return file->status->st_mtime > term->time;
}

static int print(const struct term *term, const struct file *file)
{
    (void)term;
    puts(file->path);
    return 1;
}

static int delete (const struct term *term, const struct file *file)
{
    (void)term;
    if (strcmp(file->path, ".") == 0)
        return 1;
    return (S_ISDIR(file->status->st_mode) ? rmdir(file->path) : unlink(file->path)) == 0 || complain(file->path);
}

static _Noreturn void become(char **words)
{
    execvp(words[0], words);
    warn("%s", words[0]);
    _exit(STATUS_NOT_FOUND);
}

static int execute(const struct term *term, const struct file *file)
{
    char *words[WORDS_MAX];
    int count = 0, ended = 0;

    for (; strcmp(term->words[count], ";") != 0; count++)
        words[count] = strcmp(term->words[count], "{}") == 0 ? (char *)file->path : term->words[count];
    words[count] = NULL;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        become(words);
    if (pid < 0 || waitpid(pid, &ended, 0) < 0)
        return complain(words[0]);
    return WIFEXITED(ended) && WEXITSTATUS(ended) == 0;
}

/* ---------------------------------------------------------------------------------------- reading */

/* The number of words of -exec's program, including the ;. */
static int count_words(char **words)
{
    int count = 0;

    while (words[count] && strcmp(words[count], ";") != 0)
        count++;
    if (!words[count] || count == 0 || count >= WORDS_MAX)
        errx(2, "-exec: missing ;, or more than %d words", WORDS_MAX - 1);
    return count + 1;
}

static int check(struct term *term, const char *name)
{
    struct stat status;

    if (strcmp(name, "-exec") == 0)
        return count_words(term->words);
    if (strcmp(name, "-type") == 0 && (!strchr("fdc", term->words[0][0]) || strlen(term->words[0]) != 1))
        errx(2, "-type: %s: unknown type, not f, d or c", term->words[0]);
    if (strcmp(name, "-newer") == 0) {
        if (stat(term->words[0], &status) < 0)
            err(1, "%s", term->words[0]);
        term->time = status.st_mtime;
    }
    return 1;
}

static int take_term(char **words, int inverted)
{
    static const struct {
        const char *name;
        int (*passes)(const struct term *term, const struct file *file);
        int is_action, has_word;
    } known[] = {{"-name", has_name, 0, 1}, {"-type", has_type, 0, 1}, {"-newer", is_newer, 0, 1},
                 {"-print", print, 1, 0},   {"-delete", delete, 1, 0}, {"-exec", execute, 1, 1}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(words[0], known[i].name) != 0)
            continue;
        if (known[i].has_word && !words[1])
            errx(2, "%s: missing argument", words[0]);
        struct term *term = &terms[term_count++];
        *term = (struct term){.passes = known[i].passes, .words = words + 1, .inverted = inverted};
        has_action |= known[i].is_action;
        contents_first |= known[i].passes == delete;
        return 1 + (known[i].has_word ? check(term, words[0]) : 0);
    }
    errx(2, "%s: unknown predicate", words[0]);
}

static int take_depth(char **words, unsigned long *depth)
{
    if (!words[1] || !number_is(words[1], depth))
        errx(2, "%s: a number must follow", words[0]);
    return 2;
}

static void take_terms(char **words)
{
    for (int inverted = 0; *words; inverted = 0) {
        if (strcmp(*words, "-maxdepth") == 0 || strcmp(*words, "-mindepth") == 0) {
            words += take_depth(words, (*words)[2] == 'a' ? &deepest : &shallowest);
            continue;
        }
        for (; *words && strcmp(*words, "!") == 0; words++)
            inverted = !inverted;
        if (!*words || term_count == TERMS_MAX)
            errx(2, "%s", *words ? "too many tests" : "expected an expression after !");
        words += take_term(words, inverted);
    }
    if (!has_action)
        terms[term_count++] = (struct term){.passes = print};
}

/* ----------------------------------------------------------------------------------------- walking */

static int visit(const char *path, const struct stat *status, int kind, struct FTW *ftw)
{
    const struct file file = {path, path[ftw->base] ? path + ftw->base : path, status};
    unsigned long level = (unsigned long)ftw->level;

    if (kind == FTW_DNR)
        complain(path);
    if (level > deepest || level < shallowest)
        return 0;
    for (unsigned long i = 0; i < term_count; i++)
        if ((terms[i].passes(&terms[i], &file) != 0) == terms[i].inverted)
            break;
    return 0;
}

static void find(const char *path)
{
    if (nftw(path, visit, DESCRIPTORS, FTW_PHYS | (contents_first ? FTW_DEPTH : 0)) < 0)
        complain(path);
}

int main(int argc, char **argv)
{
    int paths = 1;

    while (paths < argc && argv[paths][0] != '-' && strcmp(argv[paths], "!") != 0)
        paths++;
    take_terms(argv + paths);
    if (paths == 1)
        find(".");
    for (int i = 1; i < paths; i++)
        find(argv[i]);
    return failed | output_failed();
}
