#include "programs/sh/redirect.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "programs/sh/expand.h"
#include "programs/sh/pool.h"
#include "programs/sh/shell.h"

enum { FIRST_SAVED = 10, CLOSED = -1, MODE = 0666 };

struct redirections_saved {
    struct redirections_saved *before;
    int descriptor, copy; /* copy: CLOSED if it was closed */
};

static bool complain(const char *what)
{
    shell_complain("%s: %s", what, strerror(errno));
    return false;
}

/* A file that nobody else can open. */
static int open_text(const char *text)
{
    static unsigned count;
    char name[40];
    size_t length = strlen(text);

    snprintf(name, sizeof name, "/tmp/sh-%d-%u", getpid(), count++);
    int file = open(name, O_RDWR | O_CREAT | O_EXCL, MODE);
    if (file < 0)
        return file;
    unlink(name);
    if (write(file, text, length) == (ssize_t)length && lseek(file, 0, SEEK_SET) == 0)
        return file;
    close(file);
    errno = ENOSPC;
    return -1;
}

/* With -C an existing file is an error, but a device is not. */
static int open_new(const char *word)
{
    struct stat status;
    int file = open(word, O_WRONLY | O_CREAT | O_EXCL, MODE);

    if (file >= 0 || errno != EEXIST || stat(word, &status) < 0)
        return file;
    if (!S_ISREG(status.st_mode))
        return open(word, O_WRONLY, MODE);
    errno = EEXIST;
    return -1;
}

static int open_target(const struct redirection *redirection, const char *word)
{
    switch (redirection->kind) {
    case FROM_FILE:
        return open(word, O_RDONLY);
    case TO_FILE:
        return shell.keeps_files ? open_new(word) : open(word, O_WRONLY | O_CREAT | O_TRUNC, MODE);
    case OVER_FILE:
        return open(word, O_WRONLY | O_CREAT | O_TRUNC, MODE);
    case FROM_AND_TO_FILE:
        return open(word, O_RDWR | O_CREAT, MODE);
    case APPEND_TO_FILE:
        return open(word, O_WRONLY | O_CREAT | O_APPEND, MODE);
    default:
        return open_text(word);
    }
}

static bool save(int descriptor, struct redirections_saved **saved)
{
    int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, FIRST_SAVED);

    if (copy < 0 && errno != EBADF)
        return false;
    struct redirections_saved *made = pool_take(sizeof *made);
    *made = (struct redirections_saved){*saved, descriptor, copy < 0 ? CLOSED : copy};
    *saved = made;
    return true;
}

/* <& and >& take a descriptor's number, or - to close it. */
static bool apply_descriptor(const struct redirection *redirection, const char *word)
{
    if (strcmp(word, "-") == 0) {
        close(redirection->descriptor);
        return true;
    }
    if (isdigit((unsigned char)word[0]) && !word[1])
        return dup2(word[0] - '0', redirection->descriptor) >= 0 || complain(word);
    shell_complain("%s: bad file descriptor", word);
    return false;
}

static bool apply_file(const struct redirection *redirection, const char *word)
{
    int file = open_target(redirection, word);

    if (file < 0)
        return complain(redirection->kind == FROM_TEXT ? "/tmp" : word);
    if (file == redirection->descriptor)
        return true;
    bool good = dup2(file, redirection->descriptor) >= 0 || complain(word);
    close(file);
    return good;
}

static const char *word_of(const struct redirection *redirection)
{
    if (redirection->kind != FROM_TEXT)
        return expand_word(redirection->word);
    return redirection->is_literal ? redirection->word : expand_text(redirection->word);
}

struct redirection *redirections_expand(const struct redirection *redirections)
{
    struct redirection *first = NULL, **end = &first;

    shell.has_failed = false;
    for (; redirections && !shell.has_failed; redirections = redirections->next) {
        *end = pool_take(sizeof **end);
        **end = *redirections;
        (*end)->word = word_of(redirections);
        (*end)->next = NULL;
        end = &(*end)->next;
    }
    return first;
}

static bool apply(const struct redirection *redirection, struct redirections_saved **saved)
{
    const char *word = redirection->word;

    if (saved && !save(redirection->descriptor, saved))
        return complain("too many descriptors");
    if (redirection->kind == FROM_DESCRIPTOR || redirection->kind == TO_DESCRIPTOR)
        return apply_descriptor(redirection, word);
    return apply_file(redirection, word);
}

bool redirections_apply(const struct redirection *redirections, struct redirections_saved **saved)
{
    fflush(stdout);
    if (shell.has_failed)
        return false;
    for (; redirections; redirections = redirections->next)
        if (!apply(redirections, saved))
            return false;
    return true;
}

void redirections_undo(struct redirections_saved *saved)
{
    fflush(stdout);
    for (; saved; saved = saved->before)
        if (saved->copy == CLOSED) {
            close(saved->descriptor);
        } else {
            dup2(saved->copy, saved->descriptor);
            close(saved->copy);
        }
}

void redirections_keep(struct redirections_saved *saved)
{
    for (; saved; saved = saved->before)
        if (saved->copy != CLOSED)
            close(saved->copy);
}
