/*
 * The manifest: the servers that init starts, in this order, with exactly these capabilities and priorities;
 * and the limits of a program.
 *
 * In addition every server has its own task (control) in slot 1, its endpoint in slot 2, the log
 * in slot 3; its thread's faults go to init.
 */
#pragma once

#include "servers/proto/slots.h"
#include "servers/proto/start_limits.h"

#include "kernel/abi/abi.h"

#include <stdbool.h>

/* Slots and indices are added to each other. So their enumerations have no tags, as clang 19 and later refuse
 * the sum of two tagged enumerations. */
enum { SERVER_MEM, SERVER_CONSOLE, SERVER_FILE, SERVER_PROC, SERVER_SCREEN, SERVERS, SERVER_TEST = SERVERS };

enum grant_kind {
    GRANT_END,         /* no more */
    GRANT_RAM,         /* all memory that init has not used */
    GRANT_FRAMES,      /* `count` free frames */
    GRANT_SHARE,       /* one `count`-th of free memory, and frames for its page tables */
    GRANT_SHARE_OF,    /* the frames that server `first` got as its share */
    GRANT_ARCHIVE,     /* the boot archive, and frames for its page tables */
    GRANT_PORTS,       /* `count` i/o ports from `first` on */
    GRANT_IRQS,        /* `count` lines from `first` on */
    GRANT_ENDPOINT,    /* the endpoint of server `first`, badged with `count` */
    GRANT_INIT,        /* init's endpoint */
    GRANT_BOOT,        /* the capability that init got in boot slot `first`; nothing if the machine lacks it */
    GRANT_SCREEN,      /* the screen's frames, and frames for their page tables */
    GRANT_SCREEN_RING, /* the same frames for all its holders: servers/proto/screen_ring.h; nothing
                          without a screen */
};

struct grant {
    enum grant_kind kind;
    uint32_t slot;
    rights_t rights;
    uint32_t first, count;
};

enum { GRANTS_MAX = 10 };

/* The file server's share of memory for its tree, like the size of a disk: one FILE_SHARE-th, at most FILE_SHARE_MAX
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

extern const struct manifest_entry manifest[SERVERS];

/* init starts a program that tests or measures the kernel itself, ARCHIVE_KERNEL_TEST, as a server with this
 * entry, with ebx = the first of its frames and esi = their number. */
extern const struct manifest_entry manifest_test;

/* The limits of the program that the command line names, unless that sets others: servers/proto/start_limits.h. By
 * default it may have everything, as servers live on a reserve, and all other programs take from this one's account. */
enum { MANIFEST_MEMORY = 0, MANIFEST_PROCESSES = 0 };
_Static_assert(MANIFEST_MEMORY <= START_MEMORY_MAX, "a program's limit of memory is in MiB");
_Static_assert(MANIFEST_PROCESSES <= START_PROCESSES_MAX, "there are not so many processes");
