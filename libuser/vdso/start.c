/* Makes the initial stack of a program, like Linux's kernel: its arguments and the auxiliary vector (System V ABI, i386
 * supplement, "Process Initialization"; getauxval(3)). */
#include "libuser/ipc/ipc.h"
#include "libuser/vdso/signals.h"
#include "servers/proto/proc.h"

#include <elf.h>
#include <string.h>

enum { STATUS_NO_ARGUMENTS = 127, VECTOR_ROWS = 13 };

static _Noreturn void give_up(void)
{
    proc_exit(CLIENT_SLOT_PROC, STATUS_NO_ARGUMENTS);
    __builtin_trap();
}

struct fetched {
    uint32_t strings, bytes, copied;
};

/* Fetches a piece of the strings, from `offset` on, into the message page. Never inlined: in a function with alloca
 * clang keeps the frame's address in esi, which a system call needs. */
static __attribute__((noinline)) struct fetched fetch(uint32_t offset)
{
    struct fetched f = {0, 0, 0};

    if (proc_args(CLIENT_SLOT_PROC, offset, &f.strings, &f.bytes, &f.copied) < 0)
        give_up();
    return f;
}

/* Copies all strings. The first piece is in the message page already. */
static void take_strings(char *strings, uint32_t bytes, uint32_t copied)
{
    for (uint32_t offset = 0; offset < bytes; offset += copied) {
        if (offset > 0)
            copied = fetch(offset).copied;
        if (copied == 0 || copied > IPC_DATA_MAX || copied > bytes - offset)
            give_up();
        memcpy(strings + offset, message_page->words, copied);
    }
    strings[bytes] = 0;
}

/* The first `count` strings are arguments, the others the environment; each list ends with a zero. */
static uint32_t *put_strings(uint32_t *to, uint32_t count, const char *strings, uint32_t bytes)
{
    const char *end = strings + bytes;
    uint32_t n = 0;

    for (; strings < end; strings += strlen(strings) + 1) {
        if (n++ == count)
            *to++ = 0;
        *to++ = (uint32_t)strings;
    }
    if (n <= count)
        *to++ = 0;
    *to++ = 0;
    return to;
}

static uint32_t strings_in(const char *strings, uint32_t bytes)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < bytes; i++)
        count += strings[i] == 0;
    return count;
}

/* A program inherits the ignored and blocked signals of the one before it. */
static void signals_begin(uint32_t ignored, uint32_t blocked)
{
    state->ignored = state->proc_ignored = ignored;
    state->blocked = state->proc_blocked = blocked;
    for (uint32_t signal = 1; signal < SIGNAL_NUMBERS; signal++)
        if (ignored & signal_bit(signal))
            state->actions[signal].handler = HANDLE_IGNORE;
}

static void state_begin(bool has_files)
{
    state->has_files = has_files;
    state->console_reads = state->console_writes = has_files ? 0 : VDSO_STANDARD;
    state->area.sysinfo = (uint32_t)vdso_call;
    state->next_level = (uint32_t)&levels[INNER];
    state->began = vdso_ticks();
    vdso_random(state->random, sizeof state->random);
    memcpy(&state->area.canary, state->random, sizeof state->area.canary);
}

_Noreturn void vdso_begin(uint32_t entry, uint32_t headers, uint32_t headers_count_and_files, uint32_t ignored,
                          uint32_t blocked)
{
    uint32_t headers_count = headers_count_and_files & PROGRAM_HEADERS;

    state_begin(headers_count_and_files & PROGRAM_HAS_FILES);
    signals_begin(ignored, blocked);
    struct fetched f = fetch(0);
    char *strings = __builtin_alloca(f.bytes + 1);
    take_strings(strings, f.bytes, f.copied);
    uint32_t apart = proc_args_path_apart(f.strings) ? (uint32_t)strlen(strings) + 1 : 0;
    uint32_t count = proc_args_argc(f.strings) - (apart > 0);

    const Elf32_auxv_t rows[VECTOR_ROWS] = {{AT_SYSINFO, {(uint32_t)vdso_call}},
                                            {AT_PHDR, {headers}},
                                            {AT_PHENT, {sizeof(Elf32_Phdr)}},
                                            {AT_PHNUM, {headers_count}},
                                            {AT_PAGESZ, {PAGE_SIZE}},
                                            {AT_ENTRY, {entry}},
                                            {AT_UID, {0}},
                                            {AT_EUID, {0}},
                                            {AT_GID, {0}},
                                            {AT_EGID, {0}},
                                            {AT_RANDOM, {(uint32_t)state->random}},
                                            {AT_EXECFN, {(uint32_t)strings}},
                                            {AT_NULL, {0}}};
    uint32_t words = 1 + strings_in(strings + apart, f.bytes - apart) + 2 + VECTOR_ROWS * 2;
    uint32_t stack = ((uint32_t)__builtin_alloca((words + 8) * sizeof(uint32_t)) + 15) & ~15u;

    *(uint32_t *)stack = count;
    memcpy(put_strings((uint32_t *)stack + 1, count, strings + apart, f.bytes - apart), rows, sizeof rows);
    vdso_jump(stack, entry);
}
