/*
 * The manifest: which servers init starts, in this order, with which capabilities and priorities,
 * and nothing more; and with which limits a program. A capability's rights here are all that its holder has.
 *
 * Beside these every server has its own task (control) in slot 1, its endpoint in slot 2, the log
 * in slot 3; its thread's faults go to init.
 */
#pragma once

#include "servers/proto/screen_ring.h"
#include "servers/proto/slots.h"
#include "servers/proto/start_limits.h"

#include "kernel/abi/abi.h"

#include <stdbool.h>

/* Slots and indices are added to each other: their enumerations have no tag, as clang 19 and later refuse
 * the sum of two that have one. */
enum { SERVER_MEM, SERVER_CONSOLE, SERVER_FILE, SERVER_PROC, SERVER_SCREEN, SERVERS, SERVER_TEST = SERVERS };

enum grant_kind {
    GRANT_END,         /* no more */
    GRANT_RAM,         /* all memory that init has not used */
    GRANT_FRAMES,      /* `count` free frames */
    GRANT_SHARE,       /* one `count`-th of free memory, and what tables for it cost */
    GRANT_SHARE_OF,    /* the frames that server `first` got as its share */
    GRANT_ARCHIVE,     /* the boot archive, and what tables for it cost */
    GRANT_PORTS,       /* `count` i/o ports from `first` on */
    GRANT_IRQS,        /* `count` lines from `first` on */
    GRANT_ENDPOINT,    /* the endpoint of server `first`, badged with `count` */
    GRANT_INIT,        /* init's endpoint */
    GRANT_BOOT,        /* what init got in boot slot `first`; nothing if the machine lacks it */
    GRANT_SCREEN,      /* the screen's frames, and what tables for them cost */
    GRANT_SCREEN_RING, /* the same frames for all who have it: servers/proto/screen_ring.h; nothing
                          without a screen */
};

struct grant {
    enum grant_kind kind;
    uint32_t slot;
    rights_t rights;
    uint32_t first, count;
};

enum { GRANTS_MAX = 10 };

/* Of memory the file server has so much for what is in its tree, as a disk would have it; and no more than so many
 * pages. */
enum { FILE_SHARE = 8, FILE_SHARE_MAX = 16384 };

struct manifest_entry {
    const char *name;
    uint8_t priority;
    rights_t task_rights;   /* over its own task */
    uint32_t account_pages; /* kernel memory that it starts with */
    bool sees_boot_page;    /* read-only at BOOT_PAGE */
    struct grant grants[GRANTS_MAX];
};

static const struct manifest_entry manifest[SERVERS] = {
    [SERVER_MEM] =
        {
            .name = "mem",
            .priority = PRIORITY_MEM,
            .task_rights = RIGHT_CONTROL,
            .account_pages = 32,
            .sees_boot_page = true,
            .grants =
                {
                    {GRANT_RAM, MEM_SLOT_MEMORY, RIGHT_ALL, 0, 0},
                    {GRANT_ARCHIVE, MEM_SLOT_ARCHIVE, RIGHT_READ | RIGHT_EXECUTE | RIGHT_GRANT, 0, 0},
                    {GRANT_SHARE_OF, MEM_SLOT_FILES, RIGHT_READ, SERVER_FILE, 0},
                    {GRANT_ENDPOINT, MEM_SLOT_FATAL_FAULT, RIGHT_SIGNAL, SERVER_PROC, PROC_SIGNAL_FATAL_FAULT},
                },
        },
    [SERVER_CONSOLE] =
        {
            .name = "console",
            .priority = PRIORITY_CONSOLE,
            .task_rights = RIGHT_CONTROL,
            .account_pages = 20,
            .grants =
                {
                    {GRANT_PORTS, CONSOLE_SLOT_PORTS, RIGHT_READ | RIGHT_WRITE, 0x3f8, 8},
                    {GRANT_IRQS, CONSOLE_SLOT_IRQ, RIGHT_CONTROL, 4, 1},
                    {GRANT_PORTS, CONSOLE_SLOT_KEYBOARD_DATA, RIGHT_READ | RIGHT_WRITE, 0x60, 1},
                    {GRANT_PORTS, CONSOLE_SLOT_KEYBOARD_STATUS, RIGHT_READ | RIGHT_WRITE, 0x64, 1},
                    {GRANT_IRQS, CONSOLE_SLOT_KEYBOARD_IRQ, RIGHT_CONTROL, 1, 1},
                    {GRANT_ENDPOINT, CONSOLE_SLOT_SCREEN, RIGHT_SIGNAL, SERVER_SCREEN, SCREEN_SIGNAL_TEXT},
                    {GRANT_SCREEN_RING, CONSOLE_SLOT_SCREEN_RING, RIGHT_READ | RIGHT_WRITE, 0, 0},
                    {GRANT_BOOT, CONSOLE_SLOT_LOG_PAGE, RIGHT_READ, BOOT_SLOT_LOG_PAGE, 0},
                    {GRANT_IRQS, CONSOLE_SLOT_LOG_IRQ, RIGHT_CONTROL, IRQ_LOG, 1},
                    {GRANT_ENDPOINT, CONSOLE_SLOT_PROC, RIGHT_SIGNAL, SERVER_PROC, PROC_SIGNAL_CONSOLE},
                },
        },
    [SERVER_FILE] =
        {
            .name = "file",
            .priority = PRIORITY_FILE,
            .task_rights = RIGHT_CONTROL,
            .account_pages = 20,
            .grants =
                {
                    {GRANT_SHARE, FILE_SLOT_MEMORY, RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT | RIGHT_OWN, 0, FILE_SHARE},
                    {GRANT_ARCHIVE, FILE_SLOT_ARCHIVE, RIGHT_READ | RIGHT_GRANT, 0, 0},
                    {GRANT_IRQS, FILE_SLOT_TICK, RIGHT_CONTROL, IRQ_TICK, 1},
                    {GRANT_ENDPOINT, FILE_SLOT_PROC, RIGHT_SIGNAL, SERVER_PROC, PROC_SIGNAL_FILE},
                },
        },
    [SERVER_PROC] =
        {
            .name = "proc",
            .priority = PRIORITY_PROC,
            .task_rights = RIGHT_CONTROL,
            .account_pages =
                32 + 11 + 1, /* with all leaves of its table of slots; the message page of a second thread */
            .sees_boot_page = true,
            .grants =
                {
                    {GRANT_ENDPOINT, PROC_SLOT_MEM, RIGHT_CALL | RIGHT_GRANT, SERVER_MEM, 0},
                    {GRANT_ENDPOINT, PROC_SLOT_CONSOLE, RIGHT_CALL | RIGHT_GRANT, SERVER_CONSOLE, 0},
                    {GRANT_ENDPOINT, PROC_SLOT_FILE, RIGHT_CALL | RIGHT_GRANT, SERVER_FILE, 0},
                    {GRANT_IRQS, PROC_SLOT_TICK, RIGHT_CONTROL, IRQ_TICK, 1},
                    {GRANT_ARCHIVE, PROC_SLOT_ARCHIVE, RIGHT_READ, 0, 0},
                    {GRANT_PORTS, PROC_SLOT_CLOCK, RIGHT_READ | RIGHT_WRITE, 0x70, 2},
                },
        },
    [SERVER_SCREEN] = /* where there is one */
    {
        .name = "screen",
        .priority = PRIORITY_SCREEN,
        .task_rights = RIGHT_CONTROL,
        .account_pages = 16,
        .sees_boot_page = true,
        .grants =
            {
                {GRANT_SCREEN, SCREEN_SLOT_FRAMES, RIGHT_READ | RIGHT_WRITE, 0, 0},
                {GRANT_SCREEN_RING, SCREEN_SLOT_RING, RIGHT_READ | RIGHT_WRITE, 0, 0},
                {GRANT_PORTS, SCREEN_SLOT_PORTS, RIGHT_WRITE, 0x3d4, 2},
            },
    },
};

/* The limits of the program that the command line names, where that does not say: servers/proto/start_limits.h. It may
 * have all that there is, as servers live on what nobody is promised, and whoever else is promised anything has it from
 * this one. */
enum { MANIFEST_MEMORY = 0, MANIFEST_PROCESSES = 0 };
_Static_assert(MANIFEST_MEMORY <= START_MEMORY_MAX, "a program's limit of memory is in MiB");
_Static_assert(MANIFEST_PROCESSES <= START_PROCESSES_MAX, "there are not so many processes");

/* What tests or measures the kernel itself, ARCHIVE_KERNEL_TEST, is started by init as a server of this
 * entry, with ebx = the first of its frames and esi = their number. */
static const struct manifest_entry manifest_test = {
    .priority = PRIORITY_INIT,
    .task_rights = RIGHT_CONTROL | RIGHT_GRANT,
    .account_pages = 64,
    .sees_boot_page = true,
    .grants =
        {
            {GRANT_FRAMES, TEST_SLOT_MEMORY, RIGHT_ALL, 0, TEST_FRAMES},
            {GRANT_PORTS, TEST_SLOT_PORTS, RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT, 0x3f8, 8},
            {GRANT_IRQS, TEST_SLOT_IRQS, RIGHT_CONTROL | RIGHT_GRANT, 0, IRQ_COUNT},
            {GRANT_ENDPOINT, TEST_SLOT_MEM, RIGHT_CALL | RIGHT_GRANT, SERVER_MEM, 0},
            {GRANT_PORTS, TEST_SLOT_RTC, RIGHT_READ | RIGHT_WRITE, 0x70, 2},
            {GRANT_INIT, TEST_SLOT_INIT, RIGHT_CALL | RIGHT_SIGNAL, 0, 0},
            {GRANT_BOOT, TEST_SLOT_LOG_PAGE, RIGHT_READ, BOOT_SLOT_LOG_PAGE, 0},
            {GRANT_BOOT, TEST_SLOT_SCREEN, RIGHT_READ | RIGHT_WRITE, BOOT_SLOT_SCREEN, 0},
        },
};
