/*
 * The contents of an ELF file's headers, after all checks: code that loads an elf_image can rely on
 * its numbers.
 *
 *   E1  segments are page-aligned in memory and in the file, ascending, share no page, not empty
 *   E2  PROGRAM_BASE <= address, address + memory_bytes <= PROGRAM_END, file_bytes <= memory_bytes
 *   E3  offset + file_bytes <= the file's length
 *   E4  no segment is both writable and executable; the entry lies in an executable one's file
 *       bytes
 */
#pragma once

#include "kernel/abi/abi.h"

#include <stdbool.h>

enum { ELF_SEGMENTS_MAX = 8, PT_TALLY = 0x6c6c6174 /* boot/program.ld */ };

#define PROGRAM_END 0x40000000u

struct elf_segment {
    uint32_t address, memory_bytes; /* in memory */
    uint32_t offset, file_bytes;    /* in the file; memory beyond file_bytes is zero */
    rights_t rights;
};

struct elf_image {
    uint32_t entry;
    uint32_t end;                    /* the first page-aligned address after the segments */
    uint32_t headers, headers_count; /* the program headers in memory; 0, 0: they are not (all) in memory */
    bool is_native; /* it has a segment PT_TALLY: it calls our servers itself, and begins at its entry */
    uint32_t count;
    struct elf_segment segments[ELF_SEGMENTS_MAX];
};

/* Returns 0 and the image, or why the file is refused. */
const char *elf_image_read(const void *file, uint32_t bytes, struct elf_image *image);
