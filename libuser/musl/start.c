/*
 * Replaces five members of musl's libc.a that would make system calls by `int $0x80`. Here that is a fault which proc
 * turns into a call: correct, but thirteen times as long.
 *
 * This file depends on the layout of musl's struct pthread, struct __libc and struct tls_module, which is the same in
 * versions 1.2.0 to 1.2.5. CMake refuses other versions.
 */
#include "libuser/vdso/call.h"

#include <elf.h>
#include <stddef.h>
#include <sys/mman.h>

enum { CLONE = 120, VFORK = 190, SET_THREAD_AREA = 243, SET_TID_ADDRESS = 258, JOINABLE = 2 };

/* The head of a thread's own data. */
struct pthread {
    struct pthread *self;
    uint32_t *dtv;
    struct pthread *previous, *next;
    uint32_t sysinfo, canary, tid;
    int errno_value, detach_state;
    uint32_t unused[10];
    void *robust_head;
    uint32_t robust_rest[2], h_errno_value, timer;
    void *locale;
    uint32_t rest[3];
};
_Static_assert(offsetof(struct pthread, tid) == 0x18 && offsetof(struct pthread, robust_head) == 0x4c &&
                   offsetof(struct pthread, locale) == 0x60 && sizeof(struct pthread) == 0x70,
               "musl's layout");

/* Arguments of a system call, as they are on the stack. */
struct arguments {
    long word[6];
};

struct tls_module {
    struct tls_module *next;
    const void *image;
    size_t image_bytes, bytes, align, offset;
};

extern struct {
    char can_do_threads, threaded, secure;
    signed char need_locks;
    int threads_minus_1;
    const size_t *auxiliary;
    struct tls_module *tls_head;
    size_t tls_size, tls_align, tls_count, page_size;
    char global_locale[];
} __libc __attribute__((visibility("hidden")));

struct pthread *__copy_tls(unsigned char *memory);
int __set_thread_area(void *area);
void __init_tls(const size_t *auxiliary);
long __syscall_ret(unsigned long result);
int vfork(void);
int __clone(int (*function)(void *), void *stack, int flags, void *argument);
long __syscall_cp_asm(volatile int *is_cancelled, long number, struct arguments arguments);
extern long __cancel(void) __attribute__((weak));

/* Weak, because programs written for xv6 link without it (libuser/musl/prompt.c) and may use its names themselves. */
void __show_output(void) __attribute__((weak));

/* Musl's handler compares addresses with these to cancel a call. Nobody sends its signal. */
const char __cp_begin[1], __cp_end[1], __cp_cancel[1];

static struct tls_module program_tls;
static struct {
    max_align_t align;
    unsigned char bytes[256];
} first_area;

/* A call that pthread_cancel() may prevent, in programs that use it. */
long __syscall_cp_asm(volatile int *is_cancelled, long number, struct arguments arguments)
{
    const struct arguments *at = &arguments;

    if (*is_cancelled && __cancel)
        return __cancel();
    __asm__ volatile("push %%ebx; push %%ebp;"
                     "mov (%%esi), %%ebx; mov 4(%%esi), %%ecx; mov 8(%%esi), %%edx;"
                     "mov 16(%%esi), %%edi; mov 20(%%esi), %%ebp; mov 12(%%esi), %%esi;"
                     "call *%%gs:16; pop %%ebp; pop %%ebx"
                     : "+a"(number), "+S"(at)
                     :
                     : "ecx", "edx", "edi", "memory");
    return number;
}

int __set_thread_area(void *area)
{
    struct {
        uint32_t entry, base, limit, flags;
    } descriptor = {UINT32_MAX, (uint32_t)area, 0xfffff, 0x51};

    return linux_call(SET_THREAD_AREA, (uint32_t)&descriptor, 0, 0);
}

/* Our vfork is a fork, so it may return as any function does. */
int vfork(void)
{
    return (int)__syscall_ret((unsigned long)linux_call(VFORK, 0, 0, 0));
}

/* Used by posix_spawn(), system() and popen(): the child runs a function until it executes another program, for which
 * a fork is enough. There is one thread; pthread_create() fails because __libc.can_do_threads stays 0. */
int __clone(int (*function)(void *), void *stack, int flags, void *argument)
{
    enum { SHARES_MEMORY = 0x100, PARENT_WAITS = 0x4000, EXIT = 1 };

    (void)stack;
    if ((flags & (SHARES_MEMORY | PARENT_WAITS)) != (SHARES_MEMORY | PARENT_WAITS))
        return linux_call(CLONE, 0, 0, 0);
    int pid = linux_call(VFORK, 0, 0, 0);
    if (pid == 0)
        linux_call(EXIT, (uint32_t)function(argument), 0, 0);
    return pid;
}

static void read_headers(const size_t *auxiliary)
{
    const Elf32_Phdr *header = (const Elf32_Phdr *)auxiliary[AT_PHDR];

    program_tls.align = sizeof(void *);
    for (size_t i = 0; i < auxiliary[AT_PHNUM]; i++, header++) {
        if (header->p_type != PT_TLS)
            continue;
        size_t align = header->p_align > sizeof(void *) ? header->p_align : sizeof(void *);
        size_t bytes = header->p_memsz + (-(header->p_memsz + header->p_vaddr) & (align - 1));
        program_tls =
            (struct tls_module){0, (const void *)header->p_vaddr, header->p_filesz, bytes, align, .offset = bytes};
        __libc.tls_head = &program_tls;
        __libc.tls_count = 1;
    }
}

/* Memory for the program's thread-local variables, with the thread's head behind them. */
static unsigned char *allocate_tls(size_t bytes)
{
    if (bytes <= sizeof first_area.bytes)
        return first_area.bytes;
    void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        __builtin_trap();
    return pages;
}

void __init_tls(const size_t *auxiliary)
{
    read_headers(auxiliary);
    size_t bytes = 2 * sizeof(void *) + sizeof(struct pthread) + program_tls.bytes + program_tls.align;
    __libc.tls_align = program_tls.align;
    __libc.tls_size = (bytes + sizeof(void *) - 1) & -sizeof(void *);

    struct pthread *thread = __copy_tls(allocate_tls(__libc.tls_size));
    thread->self = thread;
    if (__set_thread_area(thread) < 0)
        __builtin_trap();
    linux_call(TALLY_BEFORE_READ, (uint32_t)__show_output, 0, 0);
    thread->detach_state = JOINABLE;
    thread->tid = (uint32_t)linux_call(SET_TID_ADDRESS, 0, 0, 0);
    thread->locale = __libc.global_locale;
    thread->robust_head = &thread->robust_head;
    thread->previous = thread->next = thread;
}
