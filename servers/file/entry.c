#include "servers/file/entry.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "servers/file/records.h"

enum { CLASSES = 4, PAGES_A_BUCKET_PAGE = 128 };

static const uint32_t longest_names[CLASSES] = {19, 43, 107, 255};

static struct record_class classes[CLASSES];
static struct entry **buckets;
static uint32_t bucket_shift, seed;

/* The number of buckets is a power of two, with at least 8 on average per page of entries. */
static void init_buckets(void)
{
    uint32_t pages = pages_count() / PAGES_A_BUCKET_PAGE, order = pages ? 31 - (uint32_t)__builtin_clz(pages) : 0;

    buckets = pages_carve(1u << order);
    memset(buckets, 0, (size_t)PAGE_SIZE << order);
    bucket_shift = 32 - order - (PAGE_BITS - (uint32_t)__builtin_ctz(sizeof(*buckets)));
}

void entry_init(uint32_t secret)
{
    seed = secret;
    for (uint32_t i = 0; i < CLASSES; i++) {
        record_class_init(&classes[i], (uint32_t)offsetof(struct entry, name) + longest_names[i]);
        classes[i].is_unreserved = true;
    }
    init_buckets();
}

/* FNV-1a, seeded with the directory. */
static uint32_t hash_of(const struct inode *directory, const char *name, uint32_t length)
{
    uint32_t hash = seed ^ directory->number * 0x9e3779b1u;

    for (const char *end = name + length; name < end; name++)
        hash = (hash ^ (unsigned char)*name) * 0x01000193;
    return hash;
}

static struct entry **bucket_of(uint32_t hash)
{
    return &buckets[hash * 0x9e3779b1u >> bucket_shift];
}

static bool is_named(const struct entry *entry, const struct inode *directory, const char *name, uint32_t length)
{
    return entry->directory == directory && entry->length == length && memcmp(entry->name, name, length) == 0;
}

struct entry *entry_find(const struct inode *directory, const char *name, uint32_t length)
{
    uint32_t hash = hash_of(directory, name, length);

    for (struct entry *entry = *bucket_of(hash); entry; entry = entry->next)
        if (entry->hash == hash && is_named(entry, directory, name, length))
            return entry;
    return NULL;
}

static struct record_class *class_for(uint32_t length)
{
    uint32_t i = 0;

    while (longest_names[i] < length)
        i++;
    return &classes[i];
}

struct entry *entry_add(struct inode *directory, const char *name, uint32_t length)
{
    struct record_class *class = class_for(length);
    struct entry *entry = record_make(class);

    if (!entry)
        return NULL;
    if (!radix_add(&directory->positions, entry, &entry->position)) {
        record_free(class, entry);
        return NULL;
    }
    entry->directory = directory;
    entry->hash = hash_of(directory, name, length);
    entry->length = (uint8_t)length;
    memcpy(entry->name, name, length);
    entry->next = *bucket_of(entry->hash);
    *bucket_of(entry->hash) = entry;
    return entry;
}

void entry_remove(struct entry *entry)
{
    struct entry **link = bucket_of(entry->hash);

    while (*link != entry)
        link = &(*link)->next;
    *link = entry->next;
    radix_remove(&entry->directory->positions, entry->position);
    record_free(class_for(entry->length), entry);
}

/* ----------------------------------------------------------------------------------------- audit */

uint32_t entry_audit(const struct inode *directory)
{
    uint32_t at = 0, found = 0;

    for (const struct entry *entry; (entry = radix_next(&directory->positions, &at)); at++) {
        assert(entry->directory == directory && entry->position == at);
        assert(entry->hash == hash_of(directory, entry->name, entry->length));
        assert(entry_find(directory, entry->name, entry->length) == entry);
        found++;
    }
    assert(found == radix_audit(&directory->positions));
    return found;
}

static void audit_buckets(uint32_t entries)
{
    for (uint32_t i = 0; i <= UINT32_MAX >> bucket_shift; i++)
        for (const struct entry *entry = buckets[i]; entry; entry = entry->next) {
            assert(bucket_of(entry->hash) == &buckets[i] && entries);
            entries--;
        }
    assert(!entries);
}

uint32_t entry_audit_all(uint32_t entries)
{
    uint32_t pages = 0, records = 0;

    for (uint32_t i = 0; i < CLASSES; i++) {
        pages += record_audit(&classes[i]);
        records += classes[i].records;
    }
    assert(records == entries);
    audit_buckets(entries);
    return pages;
}
