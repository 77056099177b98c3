#include "servers/file/records.h"

#include <assert.h>
#include <string.h>

#include "servers/file/pages.h"
#include "servers/file/quota.h"

struct record {
    struct record *next;
};

struct record_page {
    struct record_class *class;
    struct record_page *next, *previous; /* in the list with_room */
    struct record *free;
    uint16_t used, begun; /* records in use; records that ever were in use */
};

void record_class_init(struct record_class *class, uint32_t size)
{
    assert(size >= sizeof(struct record) && size <= RECORD_MAX);
    *class = (struct record_class){.size = size};
}

static uint32_t aligned_size(const struct record_class *class)
{
    return (class->size + (uint32_t)sizeof(void *) - 1) & -(uint32_t)sizeof(void *);
}

static uint32_t capacity(const struct record_class *class)
{
    return (PAGE_SIZE - (uint32_t)sizeof(struct record_page)) / aligned_size(class);
}

static void list(struct record_page *page)
{
    struct record_page **first = &page->class->with_room;

    page->previous = NULL;
    page->next = *first;
    if (*first)
        (*first)->previous = page;
    *first = page;
}

static void unlist(struct record_page *page)
{
    if (page->next)
        page->next->previous = page->previous;
    if (page->previous)
        page->previous->next = page->next;
    else
        page->class->with_room = page->next;
}

static uint32_t take_page(const struct record_class *class)
{
    if (class->quota)
        return quota_take_page(class->quota);
    return class->is_unreserved ? pages_take_unreserved() : pages_take();
}

static struct record_page *add_page(struct record_class *class)
{
    uint32_t number = take_page(class);

    if (number == PAGE_NONE)
        return NULL;
    struct record_page *page = pages_at(number);
    *page = (struct record_page){.class = class};
    list(page);
    class->pages++;
    return page;
}

static struct record *begin(struct record_page *page)
{
    return (void *)((unsigned char *)(page + 1) + page->begun++ * aligned_size(page->class));
}

void *record_make(struct record_class *class)
{
    struct record_page *page = class->with_room;

    if (!page && !(page = add_page(class)))
        return NULL;
    struct record *record = page->free;
    if (record)
        page->free = record->next;
    else
        record = begin(page);
    if (++page->used == capacity(class))
        unlist(page);
    class->records++;
    return memset(record, 0, class->size);
}

static void remove_page(struct record_page *page)
{
    struct quota *quota = page->class->quota;

    unlist(page);
    page->class->pages--;
    if (quota)
        quota_give_page(quota, pages_number(page)); /* this may free the class */
    else
        pages_give(pages_number(page));
}

struct record_class *record_class_of(const void *record)
{
    const struct record_page *page = pages_at(pages_number(record));

    return page->class;
}

void record_free(struct record_class *class, void *record)
{
    struct record_page *page = pages_at(pages_number(record));
    struct record *freed = record;

    assert(page->class == class);
    freed->next = page->free;
    page->free = freed;
    class->records--;
    if (page->used-- == capacity(class))
        list(page);
    if (page->used == 0)
        remove_page(page);
}

static void audit_page(const struct record_page *page)
{
    uint32_t free = 0;

    for (const struct record *record = page->free; record; record = record->next)
        assert(pages_at(pages_number(record)) == page && ++free <= page->begun);
    assert(page->used > 0 && page->used < capacity(page->class) && page->used + free == page->begun);
}

uint32_t record_audit(const struct record_class *class)
{
    uint32_t pages = 0, records = 0;
    const struct record_page *previous = NULL;

    for (const struct record_page *page = class->with_room; page; page = page->next) {
        assert(page->class == class && page->previous == previous);
        audit_page(page);
        records += page->used;
        pages++;
        previous = page;
    }
    assert(records + (class->pages - pages) * capacity(class) == class->records);
    return class->pages;
}
