/*
 * Data formats of the file server's calls. Numbers of flags, modes and commands are those of Linux on i386.
 */
#pragma once

#include "servers/proto/slots.h"

enum {
    FILE_DATA_MAX = 256,        /* bytes in a message; more go through the transfer page */
    FILE_TRANSFER_MAX = 4096,   /* bytes of the transfer page */
    FILE_TRANSFER = 0x8fd000,   /* its address in each client */
    FILE_PATH_BYTES = 1024,     /* including the zero byte */
    FILE_CWD = -100,            /* instead of a directory's descriptor: the working directory */
    FILE_DESCRIPTORS_MAX = 128, /* of a process */
};

/* Statuses instead of 0. */
enum { FILE_MORE = 1, FILE_CONSOLE = 2, FILE_AGAIN = 3, FILE_COPY = 4 };

/* Flags of open, duplicate and pipe; of paths. */
enum {
    O_ACCESS = 3,
    O_READ_ONLY = 0,
    O_WRITE_ONLY = 1,
    O_READ_WRITE = 2,
    O_CREATE_FILE = 0100,
    O_EXCLUSIVE = 0200,
    O_TRUNCATE = 01000,
    O_APPENDING = 02000,
    O_NONBLOCKING = 04000,
    O_DIRECTORIES = 0200000,
    O_CLOSE_ON_EXEC = 02000000,
    O_RAW = 0x40000000, /* our own: reading a directory gives struct file_raw_entry, like xv6's */
    FILE_EXACTLY = 1,
    FILE_EMPTY_PATH = 0x1000,
    FILE_REMOVE_DIRECTORY = 0x200,
    FILE_REMOVE_ANY = 1,
};
enum { FILE_PROCESSES_MAX = 1024 }; /* the largest argument of `limit`; there are fewer processes */
enum { FILE_GET_FD = 1, FILE_SET_FD, FILE_GET_FLAGS, FILE_SET_FLAGS };
enum { FILE_MODE = 1, FILE_MODIFIED };

/* Locks: the kind, with fcntl's numbers on Linux; the command of `lock`: try; wait; report a conflicting lock; or, as
 * WAIT_INTERRUPTED says, fail with EINTR instead of waiting; the range, where 0 bytes means to the end of all
 * files. */
enum file_lock_kind { FILE_LOCK_SHARED, FILE_LOCK_EXCLUSIVE, FILE_LOCK_NONE };
enum file_lock_command {
    FILE_LOCK_TRY,
    FILE_LOCK_WAIT,
    FILE_LOCK_TEST,
    FILE_LOCK_INTERRUPTED = FILE_LOCK_WAIT | WAIT_INTERRUPTED,
    FILE_LOCK_OPEN_FILE = 4 /* in addition: the owner is the open file */
};
struct file_lock {
    int64_t start, length;
};

/* The kind of file in a mode. */
enum {
    MODE_KIND = 0170000,
    MODE_PIPE = 0010000,
    MODE_CHARACTERS = 0020000,
    MODE_DIRECTORY = 0040000,
    MODE_FILE = 0100000
};

/* Devices: major << 8 | minor. */
enum { DEVICE_NULL = 0x103, DEVICE_ZERO = 0x105, DEVICE_FULL = 0x107, DEVICE_TERMINAL = 0x500, DEVICE_CONSOLE = 0x501 };

/* The events that poll requests and reports for a descriptor: Linux's numbers. */
enum {
    FILE_POLL_IN = 0x1 | 0x40,   /* with POLLRDNORM */
    FILE_POLL_OUT = 0x4 | 0x100, /* with POLLWRNORM */
    FILE_POLL_ERROR = 0x8,
    FILE_POLL_HANG_UP = 0x10,
    FILE_POLL_INVALID = 0x20,
    FILE_POLL_CONSOLE = 0x8000, /* our own: it is the console, which must be asked about its input */
    FILE_POLL_SHIFT = 16,       /* in a word of its data, above the descriptor */
};

struct file_status {
    uint32_t inode, mode, links, size, device, modified, pages; /* modified: seconds since 1970; pages: that it takes */
};

/* An entry of a directory; the next one is after its name, at a multiple of 4. */
struct file_entry {
    uint32_t inode, position; /* position: of the next entry, an offset for seek */
    uint8_t mode_kind;        /* MODE_KIND >> 12 */
    uint8_t length;
    uint16_t unused;
    char name[];
};

enum { FILE_SHARED = 0x10 }; /* in the rights that `mapping` returns */

struct file_raw_entry {
    uint16_t inode; /* 0: none */
    char name[14];  /* padded with zeros */
};
