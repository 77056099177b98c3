/*
 * The server's clients: the processes that have descriptors here, found by their badge. Only the server stores the
 * rights of a descriptor. The only memory it shares with a client is the transfer page, which is the server's own.
 *
 *   C1  a descriptor is 0 or an open file, of which it is one of the holders
 *   C2  a client waits for at most one reply: `waits` says for what, `caller` is the caller to reply to. While it
 *       waits, except for its own end, it is in the queue of one pipe's end, or waits for a lock (locks.h)
 *   C3  the first descriptor that is 0 is not below `lowest`, and the last that is not 0 is right below `end`
 *   C4  a client that ends loses its records in parts; from the first part on its calls are refused
 *   C5  between messages each orphan (inode.h) is in the list of the client that held it last, or whose message removed
 *       its last name
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "libuser/ipc/server.h"
#include "servers/file/inode.h"
#include "servers/file/locks.h"
#include "servers/file/open_file.h"
#include "servers/lib/list.h"
#include "servers/proto/file_format.h"

enum { WORK_DROP = WORK_OF_MESSAGE / 32 /* of closing a descriptor, or forgetting a mapping */ };

/* WAITS_FOR_BYTES and WAITS_FOR_ROOM: the client has the pipe's ring in its memory, and moves the bytes itself. */
enum client_wait {
    WAITS_NOT,
    WAITS_TO_READ,
    WAITS_FOR_BYTES,
    WAITS_TO_WRITE,
    WAITS_FOR_ROOM,
    WAITS_FOR_LOCK,
    WAITS_FOR_ITS_END
};

/* A mapping of a file's pages: mapping.h. */
struct mapping {
    struct mapping *next;
    struct inode *inode; /* 0: the client's own_mapping, unused */
    uint32_t address, end;
    uint32_t page; /* of the file, at `address` */
    rights_t most; /* the most rights that its pages can be granted with */
    bool shared;
};

struct client {
    struct link lock_link; /* first, so that a link is its client: it waits for a lock */
    uint32_t badge, pid;
    struct client *next; /* with the same hash */
    struct share *share; /* for records made from now on: share.h */
    struct inode *directory;
    struct inode
        *program; /* what it runs, or is about to, if that is no file of the archive; held, so that the number stays */
    struct mapping *mappings;
    struct mapping own_mapping;   /* in that list, or free: most clients need no other one */
    struct watch *watches;        /* watch.h */
    uint32_t limit;               /* of descriptors */
    uint32_t umask;               /* bits cleared in the modes of new files */
    uint32_t lowest, end;         /* C3 */
    uint32_t transfer;            /* the transfer page's number; PAGE_NONE: it has none */
    struct share *transfer_share; /* pays for the transfer page */
    struct inode *orphans;        /* C5: to be given back in the client's time */
    enum client_wait waits;
    struct caller caller;
    struct open_file *waits_for;
    uint32_t bytes; /* number of bytes that it waits to read or write */
    union {
        char data[FILE_DATA_MAX];         /* bytes that it waits to write, unless they are in its transfer page */
        struct lock_request lock_request; /* the lock that it waits for */
    };
    const struct lock *blocker; /* blocks its request; 0: it is due */
    uint32_t range_locks;       /* number of its locks, in all files */
    struct client *next_waiting;
    uint32_t close_on_exec[FILE_DESCRIPTORS_MAX / 32]; /* a bit for each descriptor */
    struct open_file *files[FILE_DESCRIPTORS_MAX];
};

/* Begins without clients. */
void clients_init(void);

/* The client of that badge, or 0. */
struct client *client_find(uint32_t badge);

/* Makes a client with no descriptors, in the root, with the share of all; or a copy of another client, with its open
 * files and share. 0: there is no memory for it. */
struct client *client_make(uint32_t badge);
struct client *client_copy(const struct client *client, uint32_t badge);

/* Ends a client's wait, unless it waits for its end. client_interrupt() also replies to its call: with EINTR if it
 * would still wait. */
void client_forget_waiting(struct client *client);
void client_interrupt(struct client *client);

/* Panics unless C1, C3 and C5 hold for all clients, and the invariants of their open files; returns the number of
 * transfer pages. */
uint32_t clients_audit(void);

/* Makes the orphans of this message the client's. */
void client_adopt_orphans(struct client *client);

/* Gives back a part of its orphans, including those of this message; the message's earlier work counts. 0, or
 * FILE_MORE: more are left. */
int32_t client_settle(struct client *client);

/* The result of a successful call that may have dropped the last hold on a file: 0, or FILE_MORE: the client must
 * settle. */
static inline int32_t client_lost(struct client *client)
{
    return inode_orphans ? client_settle(client) : 0;
}

/* Closes everything, gives back its orphans, and forgets the client. False: only a part is done. */
bool client_end(struct client *client);

/* Sets the file that it runs from now on; 0: one of the archive. */
void client_set_program(struct client *client, struct inode *inode);

/* Closes the descriptors with close-on-exec, forgets the client's mappings, and gives back its orphans. False: only a
 * part is done. */
bool client_exec(struct client *client);

/* Gives the client a transfer page, PAGE_NONE: its share has none left; takes it back. */
uint32_t client_give_transfer(struct client *client);
void client_take_transfer(struct client *client);

/* The open file of a descriptor, or 0. */
struct open_file *client_file(const struct client *client, uint32_t fd);

/* The lowest free descriptor from `from` on, or -EMFILE. */
int32_t client_free(const struct client *client, uint32_t from);

/* Makes a free descriptor refer to the file. */
void client_set(struct client *client, uint32_t fd, struct open_file *file, bool close_on_exec);

/* Frees the descriptor. */
void client_close(struct client *client, uint32_t fd);

bool client_closes_on_exec(const struct client *client, uint32_t fd);
void client_set_close_on_exec(struct client *client, uint32_t fd, bool close_on_exec);

/* The number of its descriptors. */
uint32_t client_count(const struct client *client);

/* Keeps the client's call, which waits for its reply: returns SERVER_LATER. */
int32_t client_wait(struct client *client, enum client_wait waits, struct open_file *file, uint32_t bytes);

/* Replies to the client and ends its wait. False: the client is gone, and nobody got the reply. */
bool client_reply(struct client *client, int32_t result, struct words *words);

/* The address of up to `bytes` bytes for or from the client: in the message or its transfer page; 0: it has none. */
char *client_bytes(const struct client *client, uint32_t bytes);

/* The successful result when `got` bytes were put there. */
int32_t client_bytes_result(uint32_t bytes, uint32_t got);
