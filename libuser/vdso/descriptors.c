/* Descriptors: 0, 1 and 2 are the console. */
#include "libuser/ipc/ipc.h"
#include "libuser/vdso/vdso.h"
#include "servers/proto/console.h"

#include <string.h>

enum { DESCRIPTORS = 3, VECTORS_MAX = 1024 };

struct vector {
    uint32_t at, bytes;
};

static bool is_open(uint32_t fd)
{
    return fd < DESCRIPTORS && !(state->closed >> fd & 1);
}

/* 0 if all is a program's, and not more than a call can say that it has done. */
static int check_vectors(uint32_t at, uint32_t count)
{
    const struct vector *v = (const struct vector *)at;
    uint32_t total = 0;

    if (count > VECTORS_MAX)
        return -EINVAL;
    if (vdso_is_bad(at, count * sizeof *v))
        return -EFAULT;
    for (uint32_t i = 0; i < count; i++) {
        if (v[i].bytes > INT32_MAX - total)
            return -EINVAL;
        if (vdso_is_bad(v[i].at, v[i].bytes))
            return -EFAULT;
        total += v[i].bytes;
    }
    return 0;
}

/* Where a list of places has come to. */
struct place {
    const struct vector *v;
    uint32_t left, offset;
};

static void advance(struct place *place, uint32_t bytes)
{
    while (place->left && bytes >= place->v->bytes - place->offset) {
        bytes -= place->v->bytes - place->offset;
        place->v++, place->left--, place->offset = 0;
    }
    place->offset += bytes;
}

/* The next bytes, a message's worth, go into the message page: how many. */
static uint32_t gather(struct place place)
{
    char *to = (char *)message_page->words;
    uint32_t used = 0;

    while (place.left && used < IPC_DATA_MAX) {
        uint32_t bytes = place.v->bytes - place.offset;
        if (bytes > IPC_DATA_MAX - used)
            bytes = IPC_DATA_MAX - used;
        if (bytes) /* else it may be a null pointer's place */
            memcpy(to + used, (const char *)place.v->at + place.offset, bytes);
        used += bytes;
        advance(&place, bytes);
    }
    return used;
}

static int32_t write_vectors(uint32_t fd, const struct vector *v, uint32_t count)
{
    struct place place = {v, count, 0};
    uint32_t sent = 0, bytes, taken;

    if (!is_open(fd))
        return -EBADF;
    while ((bytes = gather(place))) {
        int error = console_write(CLIENT_SLOT_CONSOLE, 0, bytes, bytes, &taken);
        if (error || !taken)
            return sent ? (int32_t)sent : error;
        advance(&place, taken);
        sent += taken;
    }
    return (int32_t)sent;
}

HANDLER(writev)
{
    int error = check_vectors(a[1], a[2]);

    (void)number;
    return error ? error : write_vectors(a[0], (const struct vector *)a[1], a[2]);
}

HANDLER(write)
{
    const struct vector one = {a[1], a[2]};

    (void)number;
    if (one.bytes > INT32_MAX)
        return -EINVAL;
    return vdso_is_bad(one.at, one.bytes) ? -EFAULT : write_vectors(a[0], &one, 1);
}

/* One message's bytes: how many, or -errno; `more` are there for the same read. */
static int read_piece(char *to, uint32_t bytes, bool wait, bool *more)
{
    uint32_t most = bytes < IPC_DATA_MAX ? bytes : IPC_DATA_MAX, got = 0, goes_on = 0;
    int error = console_read(CLIENT_SLOT_CONSOLE, 0, 0, most, wait, &got, &goes_on);

    if (error)
        return error;
    if (got > most)
        got = most;
    memcpy(to, message_page->words, got);
    *more = goes_on;
    return (int)got;
}

HANDLER(before_read)
{
    (void)number;
    if (a[0] && vdso_is_bad(a[0], 1))
        return -EFAULT;
    state->before_read = a[0];
    return 0;
}

/* Waits for the first bytes alone. */
static int32_t read_vectors(uint32_t fd, const struct vector *v, uint32_t count)
{
    uint32_t got = 0;
    bool more = true;

    if (!is_open(fd))
        return -EBADF;
    if (fd == 0 && state->before_read)
        ((void (*)(void))state->before_read)();
    for (uint32_t i = 0, done = 0; i < count && more; done = 0, i++)
        while (done < v[i].bytes && more) {
            int taken = read_piece((char *)v[i].at + done, v[i].bytes - done, got == 0, &more);
            if (taken <= 0)
                return got ? (int32_t)got : taken;
            done += (uint32_t)taken;
            got += (uint32_t)taken;
        }
    return (int32_t)got;
}

HANDLER(readv)
{
    int error = check_vectors(a[1], a[2]);

    (void)number;
    return error ? error : read_vectors(a[0], (const struct vector *)a[1], a[2]);
}

HANDLER(read)
{
    const struct vector one = {a[1], a[2]};

    (void)number;
    if (one.bytes > INT32_MAX)
        return -EINVAL;
    return vdso_is_bad(one.at, one.bytes) ? -EFAULT : read_vectors(a[0], &one, 1);
}

HANDLER(close)
{
    (void)number;
    if (!is_open(a[0]))
        return -EBADF;
    state->closed |= 1u << a[0];
    return 0;
}

HANDLER(lseek)
{
    (void)number;
    return is_open(a[0]) ? -ESPIPE : -EBADF;
}

static bool is_terminal(uint32_t fd)
{
    uint32_t pipe = 0;

    return fd != 0 || (!console_input_kind(CLIENT_SLOT_CONSOLE, 0, &pipe) && !pipe);
}

/* Linux's struct termios: flags, then 19 control characters behind a byte for the discipline. */
struct termios_bytes {
    uint32_t input, output, control, local;
    uint8_t discipline, characters[19];
};

static void get_termios(struct termios_bytes *to)
{
    *to = (struct termios_bytes){
        .input = 0x500,  /* ICRNL, IXON */
        .output = 5,     /* OPOST, ONLCR */
        .control = 0xbf, /* 8 bits, CREAD, 38400 */
        .local = 0x8a3b, /* ISIG, ICANON, ECHO, ECHOE, ECHOK, ECHOCTL, ECHOKE, IEXTEN */
        .characters = {3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22},
    };
}

HANDLER(ioctl)
{
    enum { TCGETS = 0x5401, TIOCGWINSZ = 0x5413, ROWS = 24, COLUMNS = 80 };
    uint32_t to = a[2];

    (void)number;
    if (!is_open(a[0]))
        return -EBADF;
    if ((a[1] != TCGETS && a[1] != TIOCGWINSZ) || !is_terminal(a[0]))
        return -ENOTTY;
    if (vdso_is_bad(to, a[1] == TCGETS ? sizeof(struct termios_bytes) : 4 * sizeof(uint16_t)))
        return -EFAULT;
    if (a[1] == TCGETS)
        get_termios((struct termios_bytes *)to);
    else
        memcpy((void *)to, (const uint16_t[]){ROWS, COLUMNS, 0, 0}, 4 * sizeof(uint16_t));
    return 0;
}

HANDLER(fcntl64)
{
    enum { GET_FD = 1, SET_FD, GET_FLAGS, READ_WRITE = 2 };

    (void)number;
    if (!is_open(a[0]))
        return -EBADF;
    if (a[1] == GET_FD || a[1] == SET_FD)
        return 0;
    return a[1] == GET_FLAGS ? READ_WRITE : -EINVAL;
}

/* Linux's struct stat64 of i386, as far as it is known. */
struct stat64_bytes {
    uint64_t device;
    uint32_t unused, old_inode, mode, links, user, group;
    uint64_t special;
    uint32_t rest[14];
};
_Static_assert(sizeof(struct stat64_bytes) == 96, "Linux's size");

/* Linux's struct statx, the same. */
struct statx_bytes {
    uint32_t known, block;
    uint64_t attributes;
    uint32_t links, user, group;
    uint16_t mode, unused;
    uint32_t rest[24], major, minor, more[30];
};
_Static_assert(offsetof(struct statx_bytes, mode) == 28 && offsetof(struct statx_bytes, major) == 128 &&
                   sizeof(struct statx_bytes) == 256,
               "Linux's");

enum { CHARACTERS = 0020620, BLOCK_BYTES = 1024, CONSOLE_MAJOR = 5, CONSOLE_MINOR = 1 };

HANDLER(fstat64)
{
    (void)number;
    if (!is_open(a[0]))
        return -EBADF;
    if (vdso_is_bad(a[1], sizeof(struct stat64_bytes)))
        return -EFAULT;
    *(struct stat64_bytes *)a[1] = (struct stat64_bytes){
        .mode = CHARACTERS, .links = 1, .special = CONSOLE_MAJOR << 8 | CONSOLE_MINOR, .rest = {0, 0, 0, BLOCK_BYTES}};
    return 0;
}

HANDLER(statx)
{
    enum { EMPTY_PATH = 0x1000, BASIC = 0x7ff };

    (void)number;
    if (vdso_is_bad(a[1], 1) || vdso_is_bad(a[4], sizeof(struct statx_bytes)))
        return -EFAULT;
    if (*(const char *)a[1] || !(a[2] & EMPTY_PATH))
        return -ENOENT;
    if (!is_open(a[0]))
        return -EBADF;
    *(struct statx_bytes *)a[4] = (struct statx_bytes){.known = BASIC,
                                                       .block = BLOCK_BYTES,
                                                       .links = 1,
                                                       .mode = CHARACTERS,
                                                       .major = CONSOLE_MAJOR,
                                                       .minor = CONSOLE_MINOR};
    return 0;
}

/* An open of what is not there; a path is the first argument, or the second behind a folder's descriptor. */
HANDLER(no_file)
{
    enum { OPENAT = 295, READLINKAT = 305 };
    uint32_t path = number == OPENAT || number == READLINKAT ? a[1] : a[0];

    return vdso_is_bad(path, 1) ? -EFAULT : -ENOENT;
}
