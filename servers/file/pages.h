/*
 * The file server's pages: `count` of them, mapped from `base` on. A page has a number, counted from the base.
 *
 *   base                                                             base + count pages
 *   | states | what pages_carve() gave | taken and free pages ...  | fresh: never taken |
 *
 * A table is a page of TABLE_ENTRIES words, each the number of a page, or PAGE_NONE; a top is a table of tables. The
 * tables of a file that is gone are dead: their pages count as free at once, and are collected a few at a time when
 * pages are taken, so that removing a large file is short.
 *
 *   P1  a page is carved, taken, free, fresh, or in a dead table; free pages are linked through their states
 *   P2  pages_free() counts the pages that can be taken: all but carved and taken ones
 *   P3  a lent page is revoked when it is given back. That takes the kernel long if many clients have it, so the
 *       message that gives it back pays for it, and no lent page is in a dead table
 *   P4  count / RESERVE_DIVISOR pages are the reserve, for records of clients and not for contents of files and
 *       directories. As many pages stay free as the reserve has not taken
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/abi/abi.h"

#define PAGE_NONE 0 /* the first page has states */

enum {
    TABLE_ENTRIES = PAGE_SIZE / sizeof(uint32_t),
    PAGES_MAX = 1 << 20,
    RESERVE_DIVISOR = 4,
    LOANS_MAX = 512, /* of a page at a time: the number of processes */
};

/* The work of the present message, in units of 8 instructions: at WORK_OF_MESSAGE, work that can be done in parts
 * stops. */
enum { WORK_OF_MESSAGE = 6144, WORK_REVOKE = 96, WORK_REVOKE_LOAN = 7 };

extern uint32_t pages_work;

extern unsigned char *pages_base;

/* `base` is page-aligned; 2 to PAGES_MAX pages. */
void pages_init(void *base, uint32_t count);

/* Successive pages that are never given back, contents arbitrary. Only before the first page is taken. */
void *pages_carve(uint32_t pages);

/* A page, contents arbitrary; PAGE_NONE: there is none. */
uint32_t pages_take(void);

/* The same, but not of the reserve. */
uint32_t pages_take_unreserved(void);

/* True if pages_take_unreserved() will succeed `pages` times. */
bool pages_have_unreserved(uint32_t pages);

/* Frees a page; if it is lent, it is revoked first. */
void pages_give(uint32_t number);

/* The number of pages of the reserve; taking one, which succeeds until that many are taken. */
uint32_t pages_in_reserve(void);
uint32_t pages_take_reserved(void);
void pages_give_reserved(uint32_t number);

/* Gives back a table and a top, either of which may be PAGE_NONE, and all pages in them: `pages` in total, none of them
 * lent. */
void pages_give_tables(uint32_t table, uint32_t top, uint32_t pages);

/* The number of pages that can be taken. */
uint32_t pages_free(void);

/* The number of all pages, including carved ones. */
uint32_t pages_count(void);

/* Counts one more loan of the page, which must be revoked before it is free. It has fewer than LOANS_MAX loans. */
void pages_lend(uint32_t number);
bool pages_is_lent(uint32_t number);

/* The page's loans: how often clients have got it since it was last revoked. Those that clients claim to have unmapped
 * count, too, as the server cannot know. */
uint32_t pages_loans(uint32_t number);

/* Ends all loans: revokes the page; or only the last loan, whose page nobody has got. */
void pages_end_loans(uint32_t number);
void pages_not_lent(uint32_t number);

/* Takes the page back from all clients; defined by the server, or by a test. */
void pages_revoke(uint32_t number);

static inline __attribute__((returns_nonnull)) void *pages_at(uint32_t number)
{
    void *page = pages_base + ((size_t)number << PAGE_BITS);
    __builtin_assume(page != NULL);
    return page;
}

static inline uint32_t pages_number(const void *page)
{
    return (uint32_t)(((const unsigned char *)page - pages_base) >> PAGE_BITS);
}

/* Panics unless P1 and P2 hold, with `taken` pages in use, not counting dead ones. */
void pages_audit(uint32_t taken);
