/*
 * The vdso: a library that implements Linux's system calls for i386. It is mapped at VDSO_BASE into every program that
 * does not call our servers itself, and turns each call into messages. The kernel knows nothing of it.
 *
 *   V1  its only data are struct vdso_state, at the top of the stack, which fork copies and exec empties, and the
 *       levels of interrupted code
 *   V2  a call keeps all registers except eax, which has the result or -errno, as in Linux
 *   V3  an address that cannot be a program's is EFAULT; an address in a page that is absent or read-only faults as in
 *       the program itself
 */
#pragma once

#include "kernel/abi/abi.h"
#include "libuser/sys/syscall.h"
#include "libuser/vdso/wait.h"
#include "servers/proto/file_format.h"
#include "servers/proto/signal_numbers.h"
#include "servers/proto/slots.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VDSO_CALLS = 512, MISSING_MAX = 8 };
enum { VDSO_PIPES = 8 };
/* Values of `uses` that are no counts: the ring is for reading or writing; there will be no ring; and the transfer page
 * exists. */
enum { VDSO_READS_RING = 252, VDSO_WRITES_RING, VDSO_NO_RING, VDSO_BY_PAGE };
enum { VDSO_STANDARD = 7 }; /* descriptors 0, 1 and 2, by bits */

struct vdso_action {
    uint32_t handler, flags, mask;
};

/* The interrupted code: its registers in the order of pusha; proc's reply, where `why` is 0 if it is no fault (or none
 * any more). */
struct vdso_interruption {
    uint32_t registers[8], flags, esp, eip, why, address;
};

/* The vdso's own stack, as the program's may be invalid or not mapped yet, and the saved state above it. They are in
 * the half of the message page that messages do not use. */
enum { OUTER, INNER, LEVELS };
struct vdso_level {
    uint32_t stack[87];
    struct vdso_interruption interruption;
};
static struct vdso_level *const levels = (struct vdso_level *)(MESSAGE_PAGE + PAGE_SIZE / 2);

struct vdso_state {
    /* At gs:0: a copy of the first words of the C library's structure at `self` (musl: struct pthread). */
    struct {
        uint32_t self, dtv, previous, next, sysinfo, canary;
    } area;
    /* These are used by entry.asm. */
    uint32_t signal_pending; /* a signal may have come: the next call that returns asks proc */
    uint32_t stack_end;      /* the end of `stack`, if caught signals use it, else 0 */
    struct {
        uint32_t begin, bytes; /* 0: there is none */
    } stack;
    uint32_t next_level; /* the end of the level that the next interruption takes */
    uint32_t esp;        /* the interrupted esp, until it is saved in the level */

    uint32_t heap_end; /* 0: not asked for yet */
    bool has_own_heap; /* the program moves the heap's end itself, by sbrk */
    bool has_files;    /* the file server knows the process: it has its descriptors */
    bool has_mappings; /* files may be mapped */
    bool has_transfer; /* the transfer page is mapped */
    bool gives_keys;   /* the terminal gives keys, as far as this process knows */
    bool has_drained;  /* the last use emptied a pipe: the next one would wait */
    char no_path[4];   /* an empty path, which means the descriptor itself */
    struct vdso_pipe {
        struct pipe_ring *ring; /* 0: not in our memory */
        uint8_t fd, uses;
    } pipes[VDSO_PIPES]; /* indexed by the descriptor's lowest bits */
    struct vdso_ahead {
        uint32_t at, end;
    } ahead[2]; /* mappings.c: for read-only pages; for writable ones */
    uint32_t console_reads,
        console_writes; /* bits of the descriptors that are known to be the console; the server is not asked again */
    uint32_t began;     /* ticks */
    uint32_t clock_tick, clock_reads;  /* the tick when a clock was last read, and the number of earlier reads in it */
    uint32_t boot_seconds;             /* since 1970; 0: not asked for yet */
    uint32_t before_read;              /* a function of the program, called before the console is read; 0: none */
    uint32_t caught, ignored, blocked; /* sets of signals, n as bit n - 1; IGNORES_CHILDREN, too */
    uint32_t proc_caught, proc_ignored, proc_blocked; /* the sets that proc knows */
    uint32_t blocked_pending;                         /* blocked signals that are pending at proc, as far as is known */
    uint32_t restart;      /* the number of the interrupted call, if it may be restarted; or 0 */
    uint32_t is_suspended; /* in sigsuspend, which has replaced this mask: */
    uint32_t mask_before;
    struct vdso_action actions[SIGNAL_NUMBERS];
    uint32_t missing_count, missing[MISSING_MAX]; /* unknown calls that were logged */
    uint8_t random[16];                           /* AT_RANDOM */
};
_Static_assert(sizeof(struct vdso_state) <= STACK_TOP - THREAD_AREA - 16, "it does not fit above the stack");

_Static_assert(VDSO_BASE == 0x8e8000 && VDSO_END == 0x8f8000, "the numbers of boot/vdso.ld");
_Static_assert(offsetof(struct vdso_state, signal_pending) == 24 && offsetof(struct vdso_state, stack_end) == 28 &&
                   offsetof(struct vdso_state, next_level) == 40 && offsetof(struct vdso_state, esp) == 44 &&
                   sizeof(struct vdso_level) == 400 && sizeof(struct vdso_interruption) == 52 &&
                   MESSAGE_PAGE == 0x8f8000 && sizeof(struct message_page) <= PAGE_SIZE / 2,
               "those of entry.asm");
_Static_assert(THREAD_AREA == 0x8e8000 - 1024 && USER_AREA_SELECTOR == 0x2b && VDSO_CALLS == 512, "those of entry.asm");

static struct vdso_state *const state = (struct vdso_state *)THREAD_AREA;

/* The arguments of a call, ebx first. */
typedef const uint32_t *arguments_t;
typedef int32_t (*vdso_handler)(arguments_t a, uint32_t number) __attribute__((regparm(2)));
#define HANDLER(name)                                         __attribute__((regparm(2))) int32_t vdso_##name(arguments_t a, uint32_t number)
#define LINUX_CALL(number, name, handler, server, deviations) HANDLER(handler);
#include "libuser/vdso/calls.def"

/* By number; unknown calls lead to vdso_no_call(). */
extern const vdso_handler vdso_table[VDSO_CALLS];
HANDLER(no_call);

/* The code at gs:16: entry.asm. */
void vdso_call(void);

/* Jumps to `entry` with this stack pointer, and edx 0: no function to call at exit. */
_Noreturn void vdso_jump(uint32_t stack, uint32_t entry);
_Noreturn void vdso_begin(uint32_t entry, uint32_t headers, uint32_t headers_count_and_files, uint32_t ignored,
                          uint32_t blocked);

/* True if some of the bytes cannot be a program's. */
static inline bool vdso_is_bad(uint32_t at, uint32_t bytes)
{
    return bytes && (bytes > USER_END - STACK_LOW || at - STACK_LOW > USER_END - STACK_LOW - bytes);
}

/* For console_reads or console_writes. */
static inline bool vdso_is_console(uint32_t descriptors, uint32_t fd)
{
    return fd < 32 && descriptors >> fd & 1;
}

static inline void vdso_set_console(uint32_t *descriptors, uint32_t fd, bool console)
{
    if (fd < 32)
        *descriptors = (*descriptors & ~(1u << fd)) | (uint32_t)console << fd;
}

/* Makes the process a client of the file server: 0 or an error. */
int vdso_begin_files(void);

/* For the status of close, and of other calls that may be FILE_MORE (file.proto): first gives back pages of files. */
int vdso_settle_more(void);
static inline __attribute__((always_inline)) int vdso_settle(int status)
{
    return status == FILE_MORE ? vdso_settle_more() : status;
}

/* The address for `bytes` bytes, in the transfer page if there is one, and how many fit. */
char *vdso_bytes(uint32_t bytes, uint32_t *most);

/* The ring of a descriptor's pipe if it is in our memory. Uses of a descriptor that is not the console are counted;
 * after a few the ring is mapped. It is forgotten when the descriptor is closed or replaced, or the process forks. */
static inline struct pipe_ring *vdso_pipe_ring(uint32_t fd, bool writes)
{
    const struct vdso_pipe *pipe = &state->pipes[fd % VDSO_PIPES];

    return pipe->fd == fd && pipe->uses == (writes ? VDSO_WRITES_RING : VDSO_READS_RING) ? pipe->ring : NULL;
}
bool vdso_pipe_used(uint32_t fd);
void vdso_pipe_forget(uint32_t fd);
void vdso_pipes_forget(void);

/* read() waits for at least one byte, or returns 0 at the end; write() writes all of up to PIPE_WHOLE bytes. In all
 * other cases they call the next two, which handle all kinds of descriptors. The last two are for descriptors without a
 * ring, in a process with the transfer page. */
#define IN_REGISTERS __attribute__((regparm(3)))
IN_REGISTERS int32_t vdso_pipe_read(arguments_t a, uint32_t number, struct pipe_ring *ring);
IN_REGISTERS int32_t vdso_pipe_write(arguments_t a, uint32_t number, struct pipe_ring *ring);
IN_REGISTERS int32_t vdso_read_other(arguments_t a, uint32_t number);
IN_REGISTERS int32_t vdso_write_other(arguments_t a, uint32_t number);
IN_REGISTERS int32_t vdso_read_by_page(arguments_t a);
IN_REGISTERS int32_t vdso_write_by_page(arguments_t a);

/* The result of a write that an error ended after `sent` bytes. */
int32_t vdso_write_ends(int32_t error, uint32_t sent, uint32_t number);

/* Puts a path into a message for the file server; returns the number of bytes of data, or an error. */
int32_t vdso_put_path(uint32_t path);

/* Seconds since 1970. */
uint32_t vdso_seconds(void);

/* Whether the file server says that the descriptor is a terminal: 0, -ENOTTY, -EBADF. */
int vdso_check_terminal_file(uint32_t fd);

static inline bool vdso_is_error(int32_t result)
{
    return result < 0 && result >= -PAGE_SIZE;
}

/* Maps anonymous pages at an address, or with 0 anywhere; returns the address, or an error. */
int32_t vdso_map(uint32_t address, uint32_t length);
int vdso_unmap(uint32_t address, uint32_t length);

/* Maps pages of a file with the arguments of mmap2, but at `address`, which is free or 0, and with that protection. */
__attribute__((regparm(3))) int32_t vdso_map_file(uint32_t address, arguments_t a, uint32_t protection);

/* 0 if vdso_map_file() would succeed with enough memory; or an error. */
int vdso_check_file(arguments_t a, uint32_t protection);

/* Maps anonymous pages that are shared with forked children. */
int32_t vdso_map_shared(uint32_t address, uint32_t length, uint32_t protection);

/* Gives back pages in that range that mem reserved for later mappings, unknown to the program; true: there were some.
 * Called before each request for addresses of the caller's choice. */
bool vdso_give_ahead(uint32_t address, uint32_t length);

/* Requests a page of a file again if it is missing, or not writable; false: there is no such page. */
bool vdso_map_again(uint32_t address, bool writes);

/* Called before pages become writable or executable: copies those that cannot become so in place. */
int vdso_prepare_mappings(uint32_t address, uint32_t length, uint32_t protection);

/* Sets the rights of pages: PROT_READ, PROT_WRITE, PROT_EXEC. */
int vdso_protect(uint32_t address, uint32_t length, uint32_t protection);

/* Like munmap, but the file server keeps the mapping. */
int vdso_take_pages(uint32_t address, uint32_t length);

/* The result of a waiting call after a signal. With the second the call may be restarted. */
int32_t vdso_ends_early(void);
int32_t vdso_may_restart(uint32_t number);

/* Makes a call that may wait; returns the status of the reply, or -EPIPE. If a signal came before it was sent,
 * vdso_call_interrupted() makes it, with WAIT_INTERRUPTED in that word of the message: it succeeds if it need not wait,
 * as in Linux. */
int vdso_wait_for(uint32_t slot, uint32_t flags, struct words *words, uint32_t wait_word);
int vdso_call_interrupted(uint32_t slot, uint32_t flags, struct words *words, uint32_t wait_word);

/* Sends a signal to the process itself. */
void vdso_raise(uint32_t signal);

/* Tells proc the sets of signals. Only `blocked` can differ from what proc knows: S3 of signals.h. */
void vdso_tell_all_signals(void);
static inline __attribute__((always_inline)) void vdso_tell_signals(void)
{
    if (state->blocked != state->proc_blocked)
        vdso_tell_all_signals();
}

/* Unpredictable bytes, if the processor has a generator. */
void vdso_random(uint8_t *to, uint32_t bytes);

/* Ticks since boot. */
uint32_t vdso_ticks(void);
