/* What the manager of spaces (proc) and the memory server say to each other beside the calls'
 * words. */
#pragma once

#include "kernel/abi/abi.h"

/*
 * The data of space_map: a segment of a program. `address` is page-aligned; its first `file_bytes`
 * bytes are in the archive module from page `archive_page` on, the rest is zero.
 */
struct mem_segment {
    uint32_t address, memory_bytes, archive_page, file_bytes;
    uint32_t rights; /* RIGHT_READ with at most one of RIGHT_WRITE and RIGHT_EXECUTE */
};

/* Word 3 of the answer of casualty(): the fault's cause, with its vector above; the bit between is
 * set if the access was good, but there was no memory for the page. */
enum { CASUALTY_VECTOR_SHIFT = 16, CASUALTY_NO_MEMORY = 0x8000, CASUALTY_CAUSE = 0x7fff };
