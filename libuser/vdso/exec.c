/* exec: sends the strings to proc; for a script (#!) it executes the interpreter. */
#include "libuser/ipc/ipc.h"
#include "libuser/vdso/vdso.h"
#include "servers/proto/proc.h"

#include <fcntl.h>
#include <string.h>

enum { SCRIPT_BYTES = 256 }; /* the most bytes of a script's first line */

struct script {
    char line[SCRIPT_BYTES + 1];
    const char *interpreter, *argument; /* within the line; argument is null if there is none */
};

/* The strings are sent in pieces of the message page's size; `total` counts all bytes that were added. */
struct strings {
    char piece[IPC_DATA_MAX];
    uint32_t used, total;
    uint32_t count; /* strings before the environment */
    bool path_apart;
};

static int put_piece(struct strings *s)
{
    uint32_t bytes = s->used, offset = s->total - bytes;

    s->used = 0;
    memcpy(message_page->words, s->piece, bytes);
    return proc_args_put(CLIENT_SLOT_PROC, offset, bytes);
}

static int add(struct strings *s, const char *text)
{
    if (vdso_is_bad((uint32_t)text, 1))
        return -EFAULT;
    do {
        int status = s->used == IPC_DATA_MAX ? put_piece(s) : 0;
        if (status < 0)
            return status;
        s->piece[s->used++] = *text;
        s->total++;
    } while (*text++);
    return 0;
}

/* Adds the strings of a list from *count on. The list may be null. */
static int add_list(struct strings *s, char *const *list, uint32_t *count)
{
    int status = 0;

    if (!list)
        return 0;
    if (vdso_is_bad((uint32_t)list, sizeof *list))
        return -EFAULT;
    for (; !status && list[*count]; ++*count)
        status = add(s, list[*count]);
    return status;
}

static int exec_short(const struct strings *s)
{
    uint32_t ignored, blocked;

    memcpy(message_page->words, s->piece, s->used);
    return proc_exec(CLIENT_SLOT_PROC, s->count, s->path_apart, s->used, &ignored, &blocked);
}

/* A repeated call does not send the last piece again. */
static int exec_long(struct strings *s)
{
    uint32_t ignored, blocked;
    int status = s->used ? put_piece(s) : 0;

    return status ? status : proc_exec(CLIENT_SLOT_PROC, s->count, s->path_apart, 0, &ignored, &blocked);
}

/* Adds the interpreters; that of the last script comes first. */
static int add_interpreters(struct strings *s, const struct script *scripts, uint32_t depth)
{
    int status = 0;

    while (depth-- > 0 && !status) {
        status = add(s, scripts[depth].interpreter);
        s->count++;
        if (!status && scripts[depth].argument) {
            status = add(s, scripts[depth].argument);
            s->count++;
        }
    }
    return status;
}

/* The path is sent apart from argument 0 if they differ. A script always gets its path. */
static bool is_path_apart(const char *path, char *const *arguments, uint32_t depth)
{
    return !depth && (vdso_is_bad((uint32_t)arguments[0], 1) || strcmp(arguments[0], path));
}

/* Adds the path, the arguments, and then the environment. */
static int add_all(struct strings *s, arguments_t a, const struct script *scripts, uint32_t depth)
{
    char *const *arguments = (char *const *)a[1];
    uint32_t own = 1, first = 0;
    int status = add_interpreters(s, scripts, depth);

    if (!status)
        status = add(s, (const char *)a[0]);
    if (!status && arguments && (vdso_is_bad(a[1], sizeof *arguments)))
        status = -EFAULT;
    if (!status && arguments && arguments[0]) {
        s->path_apart = is_path_apart((const char *)a[0], arguments, depth);
        own -= s->path_apart;
        status = add_list(s, arguments, &own);
    }
    s->count += own + s->path_apart;
    return status ? status : add_list(s, (char *const *)a[2], &first);
}

/* Discards the pieces that were sent. */
static int32_t exec_given_up(const struct strings *s, int error)
{
    if (s->total > IPC_DATA_MAX && error != -E2BIG)
        (void)proc_args_put(CLIENT_SLOT_PROC, 0, 0);
    return error;
}

static int32_t exec(arguments_t a, const struct script *scripts, uint32_t depth)
{
    struct strings s;

    s.used = s.total = s.count = 0;
    s.path_apart = false;
    int status = add_all(&s, a, scripts, depth);
    if (status)
        return exec_given_up(&s, status);
    vdso_tell_signals();
    do
        status = s.total > IPC_DATA_MAX ? exec_long(&s) : exec_short(&s);
    while (status == -EINTR);
    return status;
}

/* ------------------------------------------------------------------------------------ scripts */

static int32_t read_line(const char *path, char *to, uint32_t bytes)
{
    const uint32_t opened[] = {(uint32_t)path, O_RDONLY | O_CLOEXEC, 0};
    int32_t fd = vdso_open(opened, 0);

    if (fd < 0)
        return fd;
    const uint32_t read[] = {(uint32_t)fd, (uint32_t)to, bytes}, closed[] = {(uint32_t)fd};
    int32_t result = vdso_read(read, 0);
    (void)vdso_close(closed, 0);
    return result;
}

static char *behind_spaces(char *text)
{
    while (*text == ' ' || *text == '\t')
        text++;
    return text;
}

static char *behind_word(char *text)
{
    while (*text && *text != ' ' && *text != '\t')
        text++;
    return text;
}

/* Returns the end of the line, or null if not even its first word fits. */
static char *end_of_line(char *line, uint32_t bytes)
{
    char *end = memchr(line, '\n', bytes);

    if (!end)
        end = line + bytes;
    *end = 0;
    if (bytes == SCRIPT_BYTES && behind_word(behind_spaces(line + 2)) == line + bytes)
        return NULL;
    while (end > line + 2 && (end[-1] == ' ' || end[-1] == '\t'))
        *--end = 0;
    return end;
}

/* Parses the first line of a script: `#!`, a path, and perhaps one argument, which may contain spaces. Returns -ENOEXEC
 * if the file has no such line. */
static int32_t script_read(const char *path, struct script *script)
{
    int32_t bytes = read_line(path, script->line, SCRIPT_BYTES);

    if (bytes < 0)
        return bytes;
    if (bytes < 2 || script->line[0] != '#' || script->line[1] != '!' || !end_of_line(script->line, (uint32_t)bytes))
        return -ENOEXEC;
    char *interpreter = behind_spaces(script->line + 2), *end = behind_word(interpreter),
         *argument = behind_spaces(end);
    script->interpreter = interpreter;
    script->argument = *argument ? argument : NULL;
    *end = 0;
    return *interpreter ? 0 : -ENOEXEC;
}

/* If proc refuses a program, it may be a script; so may its interpreter. */
HANDLER(execve)
{
    enum { DEPTH_MAX = 5 };
    struct script scripts[DEPTH_MAX + 1];
    int32_t status = exec(a, scripts, 0);

    (void)number;
    for (uint32_t depth = 0; status == -ENOEXEC; status = exec(a, scripts, ++depth)) {
        int32_t error = script_read(depth ? scripts[depth - 1].interpreter : (const char *)a[0], &scripts[depth]);
        if (error || depth == DEPTH_MAX)
            return error ? error : -ELOOP;
    }
    return status;
}
