/* Fetches the arguments from proc and calls main, whose result is the exit status. A program
 * written for xv6 has its main under another name: libuser/xv6/main.c. */
#include "libuser/ipc/ipc.h"
#include "libuser/libc/internal.h"
#include "servers/proto/proc.h"

#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv);
_Noreturn void __program_start(void);

enum { ARGUMENTS_MAX = 65536, STATUS_NO_ARGUMENTS = 127 };

struct arguments {
    uint32_t count, bytes, copied;
};

/* A piece of the strings, from `offset` on, is in the message page afterwards. Never inlined: where
 * there is an alloca clang keeps the frame's address in esi, which a system call needs. */
static __attribute__((noinline)) struct arguments fetch(uint32_t offset)
{
    struct arguments a = {0, 0, 0};

    if (proc_args(CLIENT_SLOT_PROC, 0, 0, offset, &a.count, &a.bytes, &a.copied) < 0)
        exit(STATUS_NO_ARGUMENTS);
    return a;
}

/* The first piece has been fetched. */
static void take_strings(char *strings, uint32_t bytes, uint32_t copied)
{
    for (uint32_t offset = 0; offset < bytes;) {
        if (offset > 0)
            copied = fetch(offset).copied;
        if (copied == 0 || copied > IPC_DATA_MAX || copied > bytes - offset)
            exit(STATUS_NO_ARGUMENTS);
        memcpy(strings + offset, message_page->words, copied);
        offset += copied;
    }
    strings[bytes] = 0;
}

/* Points argv at the strings, each of which ends with a zero byte. */
static int list(char **argv, uint32_t count, char *strings, uint32_t bytes)
{
    char *end = strings + bytes;
    uint32_t n = 0;

    for (; n < count && strings < end; n++) {
        argv[n] = strings;
        strings += strlen(strings) + 1;
    }
    argv[n] = NULL;
    return (int)n;
}

_Noreturn void __program_start(void)
{
    struct arguments a = fetch(0);

    if (a.bytes > ARGUMENTS_MAX || a.count > a.bytes)
        exit(STATUS_NO_ARGUMENTS);
    char *strings = __builtin_alloca(a.bytes + 1);
    char **argv = __builtin_alloca((a.count + 1) * sizeof *argv);
    take_strings(strings, a.bytes, a.copied);
    exit(main(list(argv, a.count, strings, a.bytes), argv));
}
