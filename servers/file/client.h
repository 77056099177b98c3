/*
 * The server's clients: the processes that have descriptors here, found by their badge. Only the server stores the
 * rights of a descriptor. The only memory it shares with a client is the transfer page, which is the server's own.
 *
 *   C1  a descriptor is 0 or an open file, of which it is one of the holders
 *   C2  a client waits for at most one answer: `waits` says for what, `caller` is the caller to answer. While it waits,
 *       except for its own end, it is in the queue of one pipe's end, or waits for a lock (locks.h)
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

/* Of pages of a file: mapping.h. */
struct mapping {
    struct mapping *next;
    struct inode *inode; /* 0: the client's own one, which is not used */
    uint32_t address, end;
    uint32_t page; /* of the file, at `address` */
    rights_t most; /* that its pages can be granted with */
    bool shared;
};

struct client {
    struct link lock_link; /* first, so that a link is its client: it waits for a lock */
    uint32_t badge, pid;
    struct client *next; /* of the same hash */
    struct share *share; /* of what is made for it from now on: share.h */
    struct inode *directory;
    struct inode
        *program; /* what it runs, or is about to, if that is no file of the archive; held, so that the number stays */
    struct mapping *mappings;
    struct mapping own_mapping;   /* in that list, or free: most have no other one */
    struct watch *watches;        /* watch.h */
    uint32_t limit;               /* of descriptors */
    uint32_t umask;               /* bits that the modes of what it makes do not get */
    uint32_t lowest, end;         /* C3 */
    uint32_t transfer;            /* the transfer page's number, PAGE_NONE: it has none */
    struct share *transfer_share; /* that it is charged to */
    struct inode *orphans;        /* C5: to be given back in its time */
    enum client_wait waits;
    struct caller caller;
    struct open_file *waits_for;
    uint32_t bytes; /* that it waits to read, or to write */
    union {
        char data[FILE_DATA_MAX];         /* those that it waits to write, unless they are in its transfer page */
        struct lock_request lock_request; /* for which it waits */
    };
    const struct lock *blocker; /* of its request; 0: it is due */
    uint32_t range_locks;       /* that it has, in all files */
    struct client *next_waiting;
    uint32_t close_on_exec[FILE_DESCRIPTORS_MAX / 32]; /* by bits */
    struct open_file *files[FILE_DESCRIPTORS_MAX];
};

/* There are none. */
void clients_init(void);

/* The client of that badge, or 0. */
struct client *client_find(uint32_t badge);

/* A client with no descriptors, in the root, with the share of all; or a copy of another client, whose open files and
 * share it has, too. 0: there is no memory for it. */
struct client *client_make(uint32_t badge);
struct client *client_copy(const struct client *client, uint32_t badge);

/* What it waits for, but its end, is forgotten; and its call is answered with EINTR. */
void client_forget_waiting(struct client *client);
void client_interrupt(struct client *client);

/* Panics unless C1, C3 and C5 hold of all, and what must of their open files; returns how many transfer pages there
 * are. */
uint32_t clients_audit(void);

/* Those of this message are its orphans. */
void client_adopt_orphans(struct client *client);

/* A part of giving back its orphans, with those of this message, less what the message has done before: 0, or
 * FILE_MORE, there are others. */
int32_t client_settle(struct client *client);

/* The good result of a call with which the client may have lost the last hold on a file: 0, or FILE_MORE, it is to
 * settle. */
static inline int32_t client_lost(struct client *client)
{
    return inode_orphans ? client_settle(client) : 0;
}

/* Closes all that it has, gives back its orphans, and forgets it. False: that is done in part. */
bool client_end(struct client *client);

/* The file that it runs from now on; 0: one of the archive. */
void client_set_program(struct client *client, struct inode *inode);

/* Closes the descriptors that are to be closed at exec; it has no pages of the server's any more, and no orphans.
 * False: as client_end(). */
bool client_exec(struct client *client);

/* It gets a transfer page, PAGE_NONE: its share has none left; it has none any more. */
uint32_t client_give_transfer(struct client *client);
void client_take_transfer(struct client *client);

/* The open file of a descriptor, or 0. */
struct open_file *client_file(const struct client *client, uint32_t fd);

/* The lowest free descriptor from `from` on, or -EMFILE. */
int32_t client_free(const struct client *client, uint32_t from);

/* A free descriptor becomes one of the file. */
void client_set(struct client *client, uint32_t fd, struct open_file *file, bool close_on_exec);

/* The descriptor is free again. */
void client_close(struct client *client, uint32_t fd);

bool client_closes_on_exec(const struct client *client, uint32_t fd);
void client_set_close_on_exec(struct client *client, uint32_t fd, bool close_on_exec);

/* How many it has. */
uint32_t client_count(const struct client *client);

/* It waits, in its call, until it is answered. */
int32_t client_wait(struct client *client, enum client_wait waits, struct open_file *file, uint32_t bytes);

/* Answers the client, which waits no more. False: the client is gone, and nobody got the answer. */
bool client_answer(struct client *client, int32_t result, struct words *words);

/* Where up to `bytes` bytes for or from the client are: in the message, or in its transfer page; 0: it has none. */
char *client_bytes(const struct client *client, uint32_t bytes);

/* What to answer when `got` of them were put there: a good result. */
int32_t client_bytes_answer(uint32_t bytes, uint32_t got);
