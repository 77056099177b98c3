/*
 * The boot archive: one module with init and all programs, made by scripts/mkarchive.py.
 *
 *      page 0    struct boot_image (for the kernel) at 0, struct archive_header at 64,
 *                entries from 128 on
 *      ...       more entries, if they need more than page 0
 *      page n    init's flat image; then each program, page-aligned, zero-padded
 *
 *   R1  no entry reaches beyond the archive
 *   R2  all names end with a zero byte
 *
 * archive_check() establishes both; the other functions rely on them.
 */
#pragma once

#include <stdint.h>

enum { ARCHIVE_HEADER_AT = 64, ARCHIVE_ENTRIES_AT = 128, ARCHIVE_NAME_MAX = 24 };

#define ARCHIVE_MAGIC "TALLYDIR"

struct archive_header {
    char magic[8];
    uint32_t pages, entries;
    uint32_t checksum;           /* adler32 of pages 1 and on, before init ran in its pages there */
    uint32_t directory_checksum; /* adler32 of the entries */
};

struct archive_entry {
    char name[ARCHIVE_NAME_MAX];
    uint32_t first_page, bytes;
    uint32_t checksum; /* adler32 of the bytes */
    uint32_t reserved;
};

/* 0 if the `pages` pages at `archive` are a good archive, else what is damaged: all that the
 * directory names is compared with its checksum; init's own pages change as it runs. */
const char *archive_check(const void *archive, uint32_t pages);

/* The entry of that name, or 0. */
const struct archive_entry *archive_find(const void *archive, const char *name);

/* The first of an entry's bytes. */
const void *archive_bytes(const void *archive, const struct archive_entry *entry);

uint32_t archive_adler32(const void *bytes, uint32_t count);
