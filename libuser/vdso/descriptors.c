/* Calls that change what descriptors refer to. */
#include "libuser/ipc/ipc.h"
#include "libuser/vdso/locks.h"
#include "libuser/vdso/vdso.h"
#include "servers/proto/console.h"
#include "servers/proto/file.h"
#include "servers/proto/file_format.h"
#include "servers/proto/proc.h"

#include <string.h>

/* The descriptor is closed, or will refer to another file. */
static void forget(uint32_t fd)
{
    vdso_set_console(&state->console_reads, fd, false);
    vdso_set_console(&state->console_writes, fd, false);
    vdso_pipe_forget(fd);
}

int vdso_begin_files(void)
{
    int error = state->has_files ? 0 : proc_files(CLIENT_SLOT_PROC);

    state->has_files |= error == 0;
    return error;
}

/* A process that has not used files yet has descriptors 0 to 2. */
static inline int begin_with(uint32_t fd)
{
    if (state->has_files)
        return 0;
    return fd < 3 ? vdso_begin_files() : -EBADF;
}

int vdso_settle_more(void)
{
    int status;

    do
        status = file_settle(CLIENT_SLOT_FILE);
    while (status == FILE_MORE);
    return status;
}

char *vdso_bytes(uint32_t bytes, uint32_t *most)
{
    if (bytes > FILE_DATA_MAX && !state->has_transfer)
        state->has_transfer = file_transfer_page(CLIENT_SLOT_FILE, ipc_window(FILE_TRANSFER, 1)) == 0;
    bool transfer = bytes > FILE_DATA_MAX && state->has_transfer;
    *most = transfer ? FILE_TRANSFER_MAX : FILE_DATA_MAX;
    return transfer ? (char *)FILE_TRANSFER : (char *)message_page->words;
}

HANDLER(close)
{
    int error = begin_with(a[0]);

    (void)number;
    if (error)
        return error;
    forget(a[0]);
    return vdso_settle(file_close(CLIENT_SLOT_FILE, a[0]));
}

/* Returns the new descriptor, which is the console if `fd` is. */
static int32_t duplicate(uint32_t fd, uint32_t to, uint32_t flags)
{
    int error = vdso_begin_files();

    if (error)
        return error;
    vdso_pipe_forget(fd);
    error = vdso_settle(file_duplicate(CLIENT_SLOT_FILE, fd, to, flags, &to));
    if (error)
        return error;
    forget(to);
    vdso_set_console(&state->console_reads, to, vdso_is_console(state->console_reads, fd));
    vdso_set_console(&state->console_writes, to, vdso_is_console(state->console_writes, fd));
    return (int32_t)to;
}

HANDLER(dup)
{
    (void)number;
    return duplicate(a[0], 0, 0);
}

/* dup2 and dup3, which has flags and refuses equal descriptors. */
HANDLER(dup2)
{
    enum { DUP3 = 330 };
    uint32_t flags = number == DUP3 ? a[2] : 0;

    if (number == DUP3 && (a[0] == a[1] || flags & ~(uint32_t)O_CLOSE_ON_EXEC))
        return -EINVAL;
    return duplicate(a[0], a[1], flags | FILE_EXACTLY);
}

/* pipe and pipe2, which has flags. */
HANDLER(pipe)
{
    enum { PIPE2 = 331 };
    uint32_t reads, writes;
    int error = vdso_begin_files();

    if (vdso_is_bad(a[0], 2 * sizeof(int)))
        return -EFAULT;
    if (!error)
        error = file_pipe(CLIENT_SLOT_FILE, number == PIPE2 ? a[1] : 0, &reads, &writes);
    if (!error)
        memcpy((void *)a[0], (const uint32_t[]){reads, writes}, 2 * sizeof(int));
    return error;
}

HANDLER(fcntl64)
{
    enum { DUPLICATE = 0, DUPLICATE_CLOSE_ON_EXEC = 1030 };
    uint32_t value = 0;
    int error = begin_with(a[0]);

    if (error)
        return error;
    if (locks_is_command(a[1]))
        return locks_control(a, number);
    if (a[1] == DUPLICATE || a[1] == DUPLICATE_CLOSE_ON_EXEC)
        return duplicate(a[0], a[2], a[1] == DUPLICATE ? 0 : O_CLOSE_ON_EXEC);
    vdso_pipe_forget(a[0]); /* the call may make it non-blocking */
    error = file_control(CLIENT_SLOT_FILE, a[0], a[1], a[2], &value);
    return error ? error : (int32_t)value;
}

static int32_t seek(uint32_t fd, uint32_t offset, uint32_t whence)
{
    if (vdso_is_console(state->console_reads | state->console_writes, fd))
        return -ESPIPE;
    if (!state->has_files)
        return -EBADF;
    int error = file_seek(CLIENT_SLOT_FILE, fd, offset, whence, &offset);
    return error ? error : (int32_t)offset;
}

HANDLER(lseek)
{
    (void)number;
    return seek(a[0], a[1], a[2]);
}

/* The arguments are the upper and lower half of an offset, then the address of the new offset. No file is longer than
 * 2^31 - 1 bytes. */
HANDLER(llseek)
{
    (void)number;
    if (vdso_is_bad(a[3], sizeof(uint64_t)))
        return -EFAULT;
    if (a[1] != (uint32_t)((int32_t)a[2] >> 31))
        return -EINVAL;
    int32_t offset = seek(a[0], a[2], a[4]);
    if (offset >= 0)
        memcpy((void *)a[3], (const uint32_t[]){(uint32_t)offset, 0}, sizeof(uint64_t));
    return offset < 0 ? offset : 0;
}

/* -------------------------------------------------------------------------------------- terminals */

/* Returns 0, -ENOTTY or -EBADF. */
static int check_terminal(uint32_t fd)
{
    uint32_t pipe = 0;

    if (!vdso_is_console(state->console_reads | state->console_writes, fd))
        return vdso_check_terminal_file(fd);
    return fd != 0 || (!console_input_kind(CLIENT_SLOT_CONSOLE, &pipe) && !pipe) ? 0 : -ENOTTY;
}

/* Linux's struct termios: flags, then 19 control characters behind a byte for the discipline. */
struct termios_bytes {
    uint32_t input, output, control, local;
    uint8_t discipline, characters[19];
};

enum { CANONICAL = 2, ECHO = 8 };

static void get_termios(struct termios_bytes *to)
{
    *to = (struct termios_bytes){
        .input = 0x500,  /* ICRNL, IXON */
        .output = 5,     /* OPOST, ONLCR */
        .control = 0xbf, /* 8 bits, CREAD, 38400 */
        .local = 0x8a3b &
                 ~(state->gives_keys ? CANONICAL | ECHO : 0u), /* ISIG, both, ECHOE, ECHOK, ECHOCTL, ECHOKE, IEXTEN */
        .characters = {3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22},
    };
}

/* Only one thing can be changed: whether the console gives keys or lines. */
static int set_termios(const struct termios_bytes *from)
{
    bool keys = !(from->local & CANONICAL);
    int error = keys == state->gives_keys ? 0 : proc_keys(CLIENT_SLOT_PROC, keys);

    if (!error)
        state->gives_keys = keys;
    return error;
}

/* TCSETS, TCSETSW and TCSETSF differ only in when the change takes effect. Here it does at once. */
HANDLER(ioctl)
{
    enum { TCGETS = 0x5401, TCSETSF = 0x5404, TIOCGWINSZ = 0x5413, ROWS = 24, COLUMNS = 80 };
    uint32_t to = a[2];
    bool modes = a[1] >= TCGETS && a[1] <= TCSETSF;

    (void)number;
    int error = check_terminal(a[0]);
    if (error)
        return error;
    if (!modes && a[1] != TIOCGWINSZ)
        return -ENOTTY;
    if (vdso_is_bad(to, modes ? sizeof(struct termios_bytes) : 4 * sizeof(uint16_t)))
        return -EFAULT;
    if (modes && a[1] != TCGETS)
        return set_termios((const struct termios_bytes *)to);
    if (modes)
        get_termios((struct termios_bytes *)to);
    else
        memcpy((void *)to, (const uint16_t[]){ROWS, COLUMNS, 0, 0}, 4 * sizeof(uint16_t));
    return 0;
}
