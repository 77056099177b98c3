/*
 * The kernel's interface to user space: numbers, errors, rights, the message page, the register convention.
 * Includes nothing of the kernel.
 *
 * Registers at a system call (sysenter; ecx = the esp and edx = the eip to return with):
 *
 *            in                                       out
 *   eax      bits 0-4: the call, 5-9: IPC flags,      an err_t; at receive the badge (31 bits) or an
 *            16-31: the slot                          error (negative)
 *   ebx      argument 0 / message word 0              result / message word 0
 *   esi edi ebp   arguments 1-3 / message words 1-3   undefined (but ebp is kept) / message words 1-3
 */
#pragma once

#include <stdint.h>

enum { ABI_VERSION = 2 }; /* raised if programs made for the last one would behave otherwise; not for a new call */

enum syscall_number {
#define SYSCALL(number, name, slot, arguments, result, errors, summary) SYS_##name = number,
#include "kernel/abi/syscalls.def"
    SYS_COUNT
};
enum { SYSCALL_NUMBER = 0x1f }; /* bits of eax */

/* The attribute is on the type: every function that returns err_t must have its result used. */
typedef enum __attribute__((warn_unused_result)) err {
    OK = 0,
#define ERROR(number, name, summary) name = number,
#include "kernel/abi/errors.def"
} err_t;

enum {
    PAGE_BITS = 12,
    PAGE_SIZE = 1 << PAGE_BITS,
    CALL_PAGES_MAX = 64,        /* pages one call or one message may touch */
    PRIORITY_COUNT = 32,        /* 31 is the highest */
    CPU_ANY = 255,              /* the thread runs on the processor that calls or wakes it */
    SLOT_COUNT = 65536,         /* of a capability table; slot 0 is always empty */
    MEMORY_PAGES_MAX = 1 << 20, /* physical memory: 4 GiB */
};

#define USER_END 0xc0000000u /* user addresses are below */

/* ------------------------------------------------------------------------------------- rights */

/* What a capability or a mapping lets its holder do; a child never has a right its parent lacks. */
typedef uint8_t rights_t;
enum {
    RIGHT_READ = 1,    /* memory, mapping, ports (in) */
    RIGHT_WRITE = 2,   /* memory, mapping, ports (out), log */
    RIGHT_EXECUTE = 4, /* memory, mapping; a mapping never has it together with RIGHT_WRITE */
    RIGHT_GRANT = 8,   /* any kind: may be handed on in a message */
    RIGHT_OWN = 16,    /* memory: may be revoked and donated; objects: may be destroyed */
    RIGHT_CALL = 1,    /* endpoint */
    RIGHT_SIGNAL = 2,  /* endpoint */
    RIGHT_RECEIVE = 4, /* endpoint */
    RIGHT_CONTROL = 1, /* task, thread, irq */
    RIGHT_ALL = 31,
};

#define BADGE_MAX 0x7fffffffu /* bit 31 of eax is an error's sign */

/* ---------------------------------------------------------------------------------------- IPC */

enum {
    IPC_EXTENDED = 1 << 5, /* the tag, further words and items are in the sender's message page */
    IPC_REPLY = 1 << 6,    /* reply_wait: first reply to the last received caller or, if that is done, page->caller */
    IPC_WINDOW = 1 << 8,   /* the page's `window` is open for pages of the message to be received, or of the reply */
    IPC_SLOTS = 1 << 9,    /* the page's `slots` are open for capabilities of that message */
    IPC_FLAGS = IPC_EXTENDED | IPC_REPLY | IPC_WINDOW | IPC_SLOTS,
    IPC_PAGE_WORDS = 64, /* words beyond the four in registers */
    IPC_ITEMS = 4,
    SLOT_SHIFT = 16,
};

/* The tag's bits: 0-6 the number of words in the page, 8-10 of items, 16-17 the kind. Only the kernel sends kinds other
 * than TAG_CALL: a sender's tag with such a bit is refused. */
enum tag_kind {
    TAG_CALL = 0,
    TAG_FAULT = 1 << 16,  /* words: address, cause (enum fault_cause), eip, vector */
    TAG_SIGNAL = 2 << 16, /* word 0: the badges of all signals since the last one received, or-ed; has no reply */
};
enum {
    TAG_WORDS = 0x7f,
    TAG_ITEMS_SHIFT = 8,
    TAG_ITEMS = 7 << TAG_ITEMS_SHIFT,
    TAG_KIND = 3 << 16,
};
#define TAG(words, items) ((words) | (items) << TAG_ITEMS_SHIFT)

/* Word 1 of a page fault. For other vectors it is the processor's error code. */
enum { VECTOR_PAGE_FAULT = 14 };
enum fault_cause { FAULT_PRESENT = 1, FAULT_WRITE = 2, FAULT_USER = 4, FAULT_EXECUTE = 16 };

/*
 * An item of a message.
 *   ITEM_MEMORY   `pages` pages from page `from` of the memory capability in `slot`
 *   ITEM_ADDRESS  `pages` pages from the address `from` of the sender's space
 *   ITEM_CAP      the capability in `slot`, with the badge `from` (0: its own)
 * The capability, or each page's mapping, needs RIGHT_GRANT and the granted rights. All items of a message have at most
 * CALL_PAGES_MAX (64) pages.
 * `to`: pages go to that address of the receiver, if it is in the receiver's window; so the granter
 * knows where they are. A capability goes to that slot, counted from the first of the receiver's window.
 */
enum item_kind { ITEM_MEMORY = 0, ITEM_ADDRESS = 1, ITEM_CAP = 2 };
struct item {
    uint32_t slot : 16;
    uint32_t rights : 5, kind : 3; /* rights_t, enum item_kind */
    uint32_t pages : 8;
    uint32_t from;
    uint32_t to;
};

/* The page for everything that does not fit in registers. It is kernel memory, mapped read-write in the
 * task of its thread only, for as long as the thread lives. The kernel does not use the rest of the page. */
struct message_page {
    uint32_t tag;                /* in with IPC_EXTENDED; out with every message */
    uint32_t caller;             /* out at receive: the caller that waits for a reply; in at reply */
    uint32_t caller_call_number; /* ... and the number of its call */
    uint32_t window;             /* in with IPC_WINDOW: first page's address */
    uint32_t window_pages;       /* pages at or above USER_END are never open */
    uint32_t slots;              /* in with IPC_SLOTS: first slot */
    uint32_t slots_count;
    uint32_t shortfall; /* out with ERR_ACCOUNT, of any call: frames that the receiver's or the task's account lacks */
    struct item items[IPC_ITEMS];
    uint32_t words[IPC_PAGE_WORDS];
    uint32_t state[256]; /* of thread_read, thread_write: struct thread_registers, or 512 bytes in fxsave's format */
};

struct thread_registers {
    uint32_t eax, ebx, ecx, edx, esi, edi, ebp, esp, eip, eflags;
    uint16_t fs, gs; /* selectors */
};
/* A data segment that begins at THREAD_AREA, for gs, by which C libraries find thread-local data. */
enum { USER_AREA_SELECTOR = 0x2b };

enum thread_state_part { THREAD_REGISTERS = 0, THREAD_FPU = 1 };

/* ---------------------------------------------------------------------------------- interrupts */

/* Interrupt lines: 1 to 23 are those of devices. An interrupt masks its line until irq_ack, unless it is the tick or,
 * with an I/O APIC, edge-triggered. */
enum {
    IRQ_TICK = 0,
    IRQ_LOG = 24, /* not a device: signalled after text was written to the log */
    IRQ_COUNT = 25,
    TICKS_PER_SECOND = 100,
};

/* ---------------------------------------------------------------------------------------- boot */

/* Without a second serial port, the kernel's log shares the first: each of its lines then has this
 * prefix, and the console lets no program's line begin with it. */
#define LOG_PREFIX "[k] "

/* What init's capability table holds when it starts. */
enum {
    BOOT_SLOT_TASK = 1,   /* its own task: control, own, grant */
    BOOT_SLOT_MEMORY = 2, /* all physical memory, with all rights; frames that are not free RAM refuse every use */
    BOOT_SLOT_PORTS = 3,  /* all ports, lines and the log, with all rights */
    BOOT_SLOT_IRQS = 4,
    BOOT_SLOT_LOG = 5,
    BOOT_SLOT_THREAD = 6,    /* its own thread: control, own, grant */
    BOOT_SLOT_SCREEN = 7,    /* the frames of boot_page.screen, if there is one: read, write, grant */
    BOOT_SLOT_MODULE = 8,    /* one for each module: read, execute, grant */
    BOOT_SLOT_LOG_PAGE = 12, /* struct log_page: read, grant */
};

enum { BOOT_RANGES_MAX = 64, BOOT_MODULES_MAX = 4, BOOT_COMMAND_MAX = 256 };

struct boot_range {
    uint32_t first, pages; /* frames */
};

/* The screen as the loader left it: pixels, or cells of a character and its attribute (VGA's text).
 * The layout is that of Multiboot 2.0, 3.6.12, from the address on. */
enum boot_screen_kind { SCREEN_NONE, SCREEN_RGB, SCREEN_TEXT };
struct boot_screen {
    uint64_t address;
    uint32_t pitch, width, height; /* bytes of a row; pixels or cells */
    uint8_t bits_per_pixel, kind;
    uint16_t reserved;
    uint8_t red_at, red_bits, green_at, green_bits, blue_at, blue_bits;
};

/* The kernel's log, a ring: byte i ever written to it is text[i % LOG_TEXT_BYTES] until it is overwritten. */
enum { LOG_TEXT_BYTES = 2048 };
struct log_page {
    volatile uint32_t written; /* bytes, modulo 2^32 */
    char text[LOG_TEXT_BYTES];
};

/* The page that init finds, read-only, at BOOT_PAGE. */
struct boot_page {
    uint32_t version; /* ABI_VERSION */
    uint32_t ranges_count, modules_count;
    struct boot_range ranges[BOOT_RANGES_MAX];   /* free RAM, ascending */
    struct boot_range modules[BOOT_MODULES_MAX]; /* ranges of module k: slot BOOT_SLOT_MODULE + k */
    uint32_t module_bytes[BOOT_MODULES_MAX];
    uint32_t cpu_count;
    char command[BOOT_COMMAND_MAX];
    uint8_t rsdp[36]; /* ACPI's root pointer as the loader gave it; zeros: search for it */
    struct boot_screen screen;
};

/* The layout of init, servers and programs. The pages of a small program are all in the 2 MiB of one
 * page table; nothing is ever mapped below STACK_LOW. */
enum {
    STACK_LOW = 0xe8000, /* the stack may grow down to here: 8 MiB */
    STACK_TOP = 0x8e8000,
    THREAD_AREA = STACK_TOP - 1024, /* the base of the segment USER_AREA_SELECTOR */
    MESSAGE_PAGE = 0x8f8000,        /* the main thread's; that of its thread n is n pages above */
    BOOT_PAGE = 0x8fe000,
    PROGRAM_BASE = 0x900000,
};

/*
 * The start of a boot module. The kernel starts the image at page `image_page` of the module:
 * `text_pages` mapped read-execute at PROGRAM_BASE, then `data_pages` read-write, then `stack_pages`
 * below STACK_TOP, entered at `entry`. Its account gets `account_pages` frames, 16 to 4,096.
 * The kernel does not look at the rest of the module.
 */
struct boot_image {
    char magic[8]; /* "TALLYAR1" */
    uint32_t image_page, text_pages, data_pages, stack_pages, account_pages, entry;
};
#define BOOT_IMAGE_MAGIC "TALLYAR1"
