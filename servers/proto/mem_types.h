/* Data formats of the calls between the manager of spaces (proc) and the memory server. */
#pragma once

#include "kernel/abi/abi.h"
#include "servers/proto/layout.h"

/*
 * The data of space_map: a segment of a program. `address` is page-aligned; its first `file_bytes`
 * bytes are in the archive module from page `archive_page` on, the rest is zero. At most PROGRAM_SEGMENT_PAGES_MAX
 * pages in a call.
 */
enum { PROGRAM_SEGMENT_PAGES_MAX = 512 };

struct program_segment {
    uint32_t address, memory_bytes, archive_page, file_bytes;
    uint32_t rights; /* RIGHT_READ with at most one of RIGHT_WRITE and RIGHT_EXECUTE */
};

/* Promised to a space in addition to its pages: the first pages of its stack, and for each 2 MiB with
 * pages a page table, which is two frames, and a part of a leaf of the page map. */
enum { STACK_PROMISED = 8, TABLE_FRAMES = 2 };

/* The cause in the reply to fatal_fault: the fault's own, in FATAL_FAULT_CAUSE, and a bit if the access was allowed,
 * but there was no page for it: no memory, or none within the process's limit, or another server grants none there (any
 * more); or a bit if there is a page that does not allow it. */
enum {
    FATAL_FAULT_NO_MEMORY = 0x8000,
    FATAL_FAULT_LIMIT = 0x4000,
    FATAL_FAULT_PROTECTED = 0x2000,
    FATAL_FAULT_FOREIGN = 0x1000,
    FATAL_FAULT_CAUSE = 0x0fff
};
