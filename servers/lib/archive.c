#include "servers/lib/archive.h"

#include "kernel/abi/abi.h"

#include <stdbool.h>
#include <string.h>

struct archive_checksum archive_checksum(const void *bytes, uint32_t count)
{
    const uint32_t *at = bytes, *end = at + (count + 3) / 4;
    struct archive_checksum of = {0, 0};

    for (; at < end; at++) {
        of.sum += *at;
        of.sum_of_sums += of.sum;
    }
    return of;
}

static bool checksum_is(const void *bytes, uint32_t count, struct archive_checksum noted)
{
    struct archive_checksum of = archive_checksum(bytes, count);

    return of.sum == noted.sum && of.sum_of_sums == noted.sum_of_sums;
}

static const struct archive_header *header_of(const void *archive)
{
    return (const void *)((const char *)archive + ARCHIVE_HEADER_AT);
}

static const struct archive_entry *entries_of(const void *archive)
{
    return (const void *)((const char *)archive + ARCHIVE_ENTRIES_AT);
}

const char *archive_name(const void *archive, const struct archive_entry *entry)
{
    return (const char *)entries_of(archive) + entry->name;
}

static bool entry_is_good(const struct archive_entry *entry, uint32_t directory_bytes, uint32_t pages)
{
    return entry->name < directory_bytes && entry->first_page < pages &&
           entry->bytes <= (uint64_t)(pages - entry->first_page) * PAGE_SIZE;
}

static bool program_is_good(const void *archive, const struct archive_entry *entry)
{
    return checksum_is(archive_bytes(archive, entry), entry->bytes, entry->checksum);
}

static const char *directory_check(const void *archive, uint32_t pages)
{
    const struct archive_header *header = header_of(archive);
    const struct archive_entry *entries = entries_of(archive);
    uint32_t bytes = header->directory_bytes;

    if (bytes > (uint64_t)pages * PAGE_SIZE - ARCHIVE_ENTRIES_AT ||
        header->entries > bytes / sizeof(struct archive_entry))
        return "the directory is longer than the archive";
    if (!checksum_is(entries, bytes, header->directory_checksum))
        return "the directory's checksum";
    if (bytes > 0 &&
        (((const char *)entries)[bytes - 1] || entries->name != header->entries * sizeof(struct archive_entry)))
        return "the directory's names";
    for (uint32_t i = 0; i < header->entries; i++)
        if (!entry_is_good(&entries[i], bytes, pages))
            return "a directory entry";
    return 0;
}

const char *archive_check(const void *archive, uint32_t pages)
{
    if (pages == 0 || pages > MEMORY_PAGES_MAX)
        return "its size";
    const struct archive_header *header = header_of(archive);
    if (memcmp(header->magic, ARCHIVE_MAGIC, sizeof(header->magic)) != 0)
        return "the magic";
    if (header->pages != pages)
        return "the number of pages";
    const char *damage = directory_check(archive, pages);
    for (uint32_t i = 0; i < header->entries && !damage; i++)
        if (!program_is_good(archive, &entries_of(archive)[i]))
            damage = archive_name(archive, &entries_of(archive)[i]);
    return damage;
}

const struct archive_entry *archive_find(const void *archive, enum archive_kind kind, const char *name)
{
    const struct archive_entry *entries = entries_of(archive);

    for (uint32_t i = 0; i < header_of(archive)->entries; i++)
        if (entries[i].kind == kind && strcmp(archive_name(archive, &entries[i]), name) == 0)
            return &entries[i];
    return 0;
}

const struct archive_entry *archive_find_program(const void *archive, const char *name)
{
    const struct archive_entry *program = archive_find(archive, ARCHIVE_PROGRAM, name);

    return program ? program : archive_find(archive, ARCHIVE_TEST, name);
}

const struct archive_entry *archive_first(const void *archive)
{
    return header_of(archive)->entries ? entries_of(archive) : 0;
}

const struct archive_entry *archive_next(const void *archive, const struct archive_entry *entry)
{
    return entry + 1 < entries_of(archive) + header_of(archive)->entries ? entry + 1 : 0;
}

const void *archive_bytes(const void *archive, const struct archive_entry *entry)
{
    return (const char *)archive + (uintptr_t)entry->first_page * PAGE_SIZE;
}
