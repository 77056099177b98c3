/*
 * Advisory locks of files, as in fcntl(2) and flock(2): of byte ranges, owned by a client (F_SETLK) or an open file
 * (F_OFD_SETLK), and of whole files, owned by an open file (flock). Locks of ranges and of whole files do not conflict
 * with each other.
 *
 *   inode->locks ---> lock ---> lock ---> ...    of all owners, in no order
 *                      |
 *                   waiting: the clients that it blocks          due: clients that try again
 *
 *   K1  range locks of one owner do not overlap, and two that touch differ in kind
 *   K2  locks of one kind and different owners that overlap are both shared
 *   K3  a client's range locks in a file go when it closes any descriptor of that file; an open file's locks go with it
 *   K4  a client that waits for a lock is in the list of a lock that blocks it, or in `due`. When a lock is gone or
 *       reduced, its list is moved to `due`
 *   K5  while `due` is not empty, proc has been signalled, and asks for the next part (events in file.proto)
 *   K6  there is no cycle of clients that wait for each other's locks
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct client;
struct inode;
struct lock;

enum { LOCKS_MAX = 256 /* of a file */ };

/* Bytes from `first` to `last`. */
struct lock_request {
    bool is_range;     /* else the whole file */
    bool is_open_file; /* the owner is an open file; else a client */
    uint8_t kind;      /* enum file_lock_kind */
    uint64_t first, last;
};

/* Begins without locks. */
void locks_init(void);

/* K3: for an owner that closes a descriptor of the file, or an open file that is closed. */
void locks_close(const void *owner, const struct inode *inode);

/* Ends a client's wait for a lock; locks_interrupt() also replies to its call: with EINTR if it would still wait. */
void locks_forget_waiting(struct client *client);
void locks_interrupt(struct client *client);

/* Lets a few due clients try again; true: no others are due. */
bool locks_retry_due(void);

/* Panics unless K1, K2 and K4 hold. */
void locks_audit(void);
