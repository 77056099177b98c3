/*
 * Advisory locks of files, as fcntl(2) and flock(2) have them: of ranges of bytes, which a client owns (F_SETLK) or an
 * open file (F_OFD_SETLK), and of all of a file, which an open file owns (flock). Ranges and whole files do not see
 * each other.
 *
 *   inode->locks ---> lock ---> lock ---> ...    of all owners, in no order
 *                      |
 *                   waiting: the clients that it blocks          due: clients that try again
 *
 *   K1  range locks of one owner do not overlap, and two that touch differ in kind
 *   K2  locks of one kind and different owners that overlap are both shared
 *   K3  a client's range locks in a file go when it closes any descriptor of that; an open file's locks go with it
 *   K4  a client that waits for a lock is in the list of one that blocks it, or in `due`. When a lock is gone or has
 *       become less, its list is moved to `due`
 *   K5  while any are due proc has been told, and asks for the next part (news in file.proto)
 *   K6  no clients wait for locks that clients own in a circle
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
    bool is_range;     /* else of all of the file */
    bool is_open_file; /* who owns it; else a client */
    uint8_t kind;      /* enum file_lock_kind */
    uint64_t first, last;
};

/* There are none. */
void locks_init(void);

/* K3: the owner closes a descriptor of the file, or is an open file that is closed. */
void locks_close(const void *owner, const struct inode *inode);

/* The client waits for no lock any more; and its call is answered with EINTR. */
void locks_forget_waiting(struct client *client);
void locks_interrupt(struct client *client);

/* A few of those that are due try again; true: no others are. */
bool locks_go_on(void);

/* Panics unless K1, K2 and K4 hold. */
void locks_audit(void);
