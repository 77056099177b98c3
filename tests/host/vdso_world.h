/*
 * The library of system calls on the host: its files are included here, except start.c. Servers are faked: each call
 * becomes a line with its name, its words and its data, with a bar for each zero byte, and gets the next of the replies
 * that the test has prepared. Memory is where a program has it: the stack, with the state above it, the message page,
 * and pages at PROGRAM_BASE.
 */
#pragma once

#include <setjmp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

/* The library is code for 32 bits. */
#define regparm(registers) unused
#pragma clang diagnostic ignored "-Wint-to-pointer-cast"
#pragma clang diagnostic ignored "-Wpointer-to-int-cast"
#pragma clang diagnostic ignored "-Wshorten-64-to-32"

#include "libuser/ipc/ipc.h"
#include "libuser/vdso/alarm.c"
#include "libuser/vdso/descriptors.c"
#include "libuser/vdso/frames.c"
#include "libuser/vdso/futex.c"
#include "libuser/vdso/locks.c"
#include "libuser/vdso/mappings.c"
#include "libuser/vdso/memory.c"
#include "libuser/vdso/paths.c"
#include "libuser/vdso/pipes.c"
#include "libuser/vdso/exec.c"
#include "libuser/vdso/poll.c"
#include "libuser/vdso/process.c"
#include "libuser/vdso/read_write.c"
#include "libuser/vdso/select.c"
#include "libuser/vdso/signals.c"
#include "libuser/vdso/status.c"
#include "libuser/vdso/system.c"
#include "libuser/vdso/table.c"
#include "libuser/vdso/time.c"
#include "tests/host/check.h"
#include "tests/host/written_lines.h"

enum { WORLD_PAGES = 16, REPLIES_MAX = 16, NOTHING_ASKED = 0xeeeeeeee };

/* A reply: its status, words 1 to 3, and its data, with a bar for each zero byte. */
struct reply {
    int status;
    uint32_t words[3];
    const char *data;
};

static struct reply next_replies[REPLIES_MAX];
static const struct reply *replies;
static char *program;   /* the program's pages */
static jmp_buf outside; /* where an exit, or the start of the program, jumps to */

#define REPLIES(...)                                                                                                   \
    (memcpy(next_replies, &(const struct reply[REPLIES_MAX]){__VA_ARGS__}, sizeof(next_replies)),                      \
     replies = next_replies)

/* Calls of the library: by name; by Linux's number; and one that does not return. */
#define CALL(name, ...)            vdso_##name((const uint32_t[6]){__VA_ARGS__}, NOTHING_ASKED)
#define CALL_AS(number, name, ...) vdso_##name((const uint32_t[6]){__VA_ARGS__}, number)
#define ENDS(statement)            (setjmp(outside) ? (void)0 : ((void)(statement), abort()))
#define AT(pointer)                ((uint32_t)(uintptr_t)(pointer))

static const char *call_name(uint32_t slot, uint32_t number)
{
    if (slot == CLIENT_SLOT_PROC && number < PROC_CALLS_END)
        return proc_call_names[number];
    if (slot == CLIENT_SLOT_MEM && number < MEM_CALLS_END)
        return mem_call_names[number];
    if (slot == CLIENT_SLOT_FILE && number < FILE_CALLS_END)
        return file_call_names[number];
    return slot == CLIENT_SLOT_CONSOLE && number < CONSOLE_CALLS_END ? console_call_names[number] : NULL;
}

static void put_data(const char *data)
{
    char *to = (char *)message_page->words;

    for (; data && *data; data++)
        *to++ = *data == '|' ? 0 : *data;
}

int32_t system_call(uint32_t head, struct words *words)
{
    const uint32_t *w = words->w;
    uint32_t data = head & IPC_EXTENDED ? message_page->tag * 4 : 0;
    const char *name = call_name(head >> SLOT_SHIFT, w[0]), *text = (const char *)message_page->words;

    CHECK((head & SYSCALL_NUMBER) == SYS_ipc_call && name && replies < next_replies + REPLIES_MAX);
    add_line("%s%s %d %d %d", head >> SLOT_SHIFT == CLIENT_SLOT_FILE ? "file " : "", name, (int)w[1], (int)w[2],
             (int)w[3]);
    for (uint32_t i = 0; i < data; i++)
        add_line(i ? "%c" : " %c", text[i] ? text[i] : '|');
    add_line("\n");
    if (head >> SLOT_SHIFT == CLIENT_SLOT_PROC && w[0] == PROC_EXIT)
        longjmp(outside, 1);
    memset(message_page, 0xee, sizeof(*message_page));
    *words = (struct words){{(uint32_t)replies->status, replies->words[0], replies->words[1], replies->words[2]}};
    put_data(replies->data);
    replies++;
    return OK;
}

err_t syscall_short(uint32_t head, uint32_t ebx, uint32_t esi, uint32_t edi, uint32_t *result)
{
    CHECK(head == SYS_thread_yield && !ebx && !esi && !edi);
    *result = 0;
    add_line("yield\n");
    return (err_t)(replies++)->status;
}

/* This is in assembly in the real library. */
int32_t vdso_wait(uint32_t head, struct words *words)
{
    return state->signal_pending ? VDSO_GIVEN_UP : system_call(head, words);
}

/* The FPU's state is just some bytes. */
static uint8_t world_fpu[512];

void vdso_fpu_save(void *to)
{
    memcpy(to, world_fpu, sizeof(world_fpu));
}

void vdso_fpu_load(const void *from)
{
    memcpy(world_fpu, from, sizeof(world_fpu));
}

static struct signal_frame *world_next_frame;

void vdso_resume_frame(struct signal_frame *frame)
{
    world_next_frame = frame;
    longjmp(outside, 1);
}

/* Labels of entry.asm. Only their addresses matter: the first and the last enclose the code that waits. */
#define WORLD_LABEL(name)                                                                                              \
    void name(void)                                                                                                    \
    {                                                                                                                  \
        abort();                                                                                                       \
    }
WORLD_LABEL(vdso_call)
WORLD_LABEL(vdso_handler_returns)
WORLD_LABEL(vdso_wait_begins)
WORLD_LABEL(vdso_wait_ends)
WORLD_LABEL(vdso_wait_given_up)
WORLD_LABEL(vdso_back)
WORLD_LABEL(vdso_back_ends)
WORLD_LABEL(vdso_back_jumps)

enum { UNCHECKED_AT = VDSO_BASE + 0x100, UNCHECKED_BYTES = 0x10, UNCHECKED_STEP = 0x100 };
#define UNCHECKED(n) UNCHECKED_AT + (n)*UNCHECKED_STEP, UNCHECKED_AT + (n)*UNCHECKED_STEP + UNCHECKED_BYTES
const uint32_t vdso_unchecked[2 * UNCHECKED_RANGES] = {UNCHECKED(0), UNCHECKED(1), UNCHECKED(2), UNCHECKED(3)};

static inline void forget_lines(void)
{
    lines_bytes = 0;
    lines[0] = 0;
}

static inline void expect(const char *expected)
{
    if (strcmp(lines, expected) != 0)
        fprintf(stderr, "expected:\n%sis:\n%s", expected, lines), abort();
    forget_lines();
}

/* Code at an address where a program can call the function: movabs, jmp. */
static inline uint32_t function_at(uint32_t number, void (*function)(void))
{
    char *code = program + (WORLD_PAGES - 1) * PAGE_SIZE + 16 * number;

    memcpy(code, "\x48\xb8", 2);
    memcpy(code + 2, &function, sizeof(function));
    memcpy(code + 10, "\xff\xe0", 2);
    return AT(code);
}

/* Addresses of so many bytes that are not, or not completely, in the program; each call returns the next after `next`,
 * from 0 on; 0: there is none. */
static inline uint32_t bad_address(uint32_t bytes, uint32_t next)
{
    const uint32_t addresses[] = {STACK_LOW - 1, 1, USER_END - bytes + 1, USER_END, 0xffffffff};

    return next < sizeof(addresses) / sizeof(addresses[0]) ? addresses[next] : 0;
}

#define FOR_BAD_ADDRESSES(address, bytes) for (uint32_t n_ = 0, address; (address = bad_address(bytes, n_)); n_++)

static inline void world_begin(void)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, rights = PROT_READ | PROT_WRITE;
    const size_t stack = STACK_TOP - STACK_LOW;

    CHECK(mmap((void *)MESSAGE_PAGE, PAGE_SIZE, rights, flags, -1, 0) == (void *)MESSAGE_PAGE);
    CHECK(mmap((void *)STACK_LOW, stack, rights, flags, -1, 0) == (void *)STACK_LOW);
    program = mmap((void *)PROGRAM_BASE, WORLD_PAGES * PAGE_SIZE, rights | PROT_EXEC, flags, -1, 0);
    CHECK(program == (void *)PROGRAM_BASE);
    REPLIES({0});
}
