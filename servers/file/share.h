/*
 * Shares: the part of the server's memory for a client and all its descendants. Each share has a quota of pages, and
 * pages of records of its own, so that no stranger's record keeps one of them in use.
 *
 *   share of all <--- share <--- share
 *
 * Clients begin in the share of all. With a limit of processes (RLIMIT_NPROC) a client takes a share of its own, for
 * itself and the processes it forks from then on: the same fraction of the outer share as of the processes, or
 * PAGES_EACH for each process and PAGES_FOR_ANY if that is more, up to half of what is left. The share comes back when
 * all of these processes, and all that they had open, are gone.
 *
 *   H1  a record, or the transfer page, belongs to the share that its client had when it was made
 *   H2  a share has a holder for each of its clients, pages, and shares below it
 */
#pragma once

#include "servers/file/quota.h"
#include "servers/file/records.h"

enum { PAGES_EACH = 5, PAGES_FOR_ANY = 8 };

enum share_class {
    SHARE_CLIENTS,
    SHARE_OPEN_FILES,
    SHARE_PIPES,
    SHARE_WATCHES,
    SHARE_MAPPINGS,
    SHARE_LOCKS,
    SHARE_CLASSES
};

struct share {
    struct quota quota; /* first, so that a quota is its share */
    struct record_class classes[SHARE_CLASSES];
    struct share *next, **link; /* in the list of all shares */
};

extern struct share share_of_all;

/* Begins with one share, which has the whole reserve; then sets the size of each class's records. */
void shares_init(void);
void shares_set_size(enum share_class class, uint32_t size);

/* Zeroed; null: the share has no more pages. */
void *share_make_record(struct share *share, enum share_class class);
void share_free_record(void *record);

/* The share of a record. */
struct share *share_of_record(const void *record);

/* Moves a process whose limit becomes `processes`, `of` before, to a share of its own, or lowers the share that it has
 * alone; `*share` becomes that share. 0, or an error: -ENOMEM: the outer share has nothing left; -EAGAIN: too deeply
 * nested. */
int share_set(struct share **share, uint32_t processes, uint32_t of);

struct share *share_hold(struct share *share);
void share_drop(struct share *share);

/* The number of records of the class in all shares; the number of their pages. */
uint32_t shares_count(enum share_class class);
uint32_t shares_audit_class(enum share_class class);

/* Panics unless H2 and the accounts hold, with `others` pages that are not records'; returns the pages of records of
 * shares. */
uint32_t shares_audit(uint32_t others);
