/*
 * The boot archive: one module with init and all programs, made by scripts/mkarchive.py.
 *
 *      page 0    struct boot_image (for the kernel) at 0, struct archive_header at 64,
 *                the directory from 128 on: the entries, then their names
 *      ...       more of the directory, if it needs more than page 0
 *      page n    init's flat image; then each program, page-aligned, zero-padded
 *
 * Each kind has its own name space: a program may have the name of a server.
 *
 *   R1  no entry reaches beyond the archive
 *   R2  all names lie in the directory, the first after the last entry; its last byte is zero
 *
 * archive_check() establishes both; the other functions rely on them.
 */
#pragma once

#include <stdint.h>

enum { ARCHIVE_HEADER_AT = 64, ARCHIVE_ENTRIES_AT = 128 };
enum { ARCHIVE_ADDRESS = 0x40000000 }; /* where each server that reads the archive maps it */

enum archive_kind {
    ARCHIVE_PROGRAM,
    ARCHIVE_SERVER,
    ARCHIVE_KERNEL_TEST, /* started by init like a server */
    ARCHIVE_LIBRARY,
    ARCHIVE_FILE,
    ARCHIVE_TEST /* a program that tests or measures, in a folder of its own */
};

#define ARCHIVE_MAGIC "TALLYDIR"

/* Fletcher's checksum of 32-bit words, both sums modulo 2^32; the last word is padded with zeros. */
struct archive_checksum {
    uint32_t sum, sum_of_sums;
};

struct archive_header {
    char magic[8];
    uint32_t pages, entries;
    struct archive_checksum directory_checksum;
    uint32_t directory_bytes;
};

struct archive_entry {
    uint32_t name; /* offset of the name from the first entry */
    uint32_t first_page, bytes;
    struct archive_checksum checksum;
    uint32_t kind;
};

/* 0 if the `pages` pages at `archive` are a valid archive, else what is damaged. Everything in the
 * directory is compared with its checksum, except init's own pages, which change as it runs. */
const char *archive_check(const void *archive, uint32_t pages);

/* The entry of that kind and name, or 0. */
const struct archive_entry *archive_find(const void *archive, enum archive_kind kind, const char *name);

/* A file that a process can run: a program of that name, else a test; or 0. */
const struct archive_entry *archive_find_program(const void *archive, const char *name);

/* Iterates over all entries: the first, the one after another; 0: there is none. */
const struct archive_entry *archive_first(const void *archive);
const struct archive_entry *archive_next(const void *archive, const struct archive_entry *entry);

const char *archive_name(const void *archive, const struct archive_entry *entry);

/* An entry's contents. */
const void *archive_bytes(const void *archive, const struct archive_entry *entry);

/* The checksum of `count` bytes; `bytes` is word-aligned. */
struct archive_checksum archive_checksum(const void *bytes, uint32_t count);
