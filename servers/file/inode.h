/*
 * Inodes: files, directories, devices. A file's contents are pages of ours, blocks of a device that were not written
 * to yet, and holes:
 *
 *   page of ours                          where `map` has one
 *   the device's block first_block + n    else, for page n below backed_bytes
 *   zeros                                 else, and after backed_bytes in its block
 *
 *   I1  a number belongs to one inode; it is free when the inode is
 *   I2  an inode without links and holders is gone
 *   I3  a page of ours is zero after the file's end, unless it is lent: then it is cleared when the file grows
 *   I4  backed_bytes never grows, and is not beyond the size
 *   I5  a directory has one link, or is the root, or was removed; a removed directory is empty
 *   I6  an orphan is a file without names and open files, pages of which were lent: it is in one list of orphans,
 *       which is its only holder, until all of its pages are given back (inode_give_orphans())
 *
 * Clients keep a lent page until the file is cut or gone. Granted blocks of a device are not taken back when the page
 * is written to: a client that has such a block mapped still sees the old bytes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "servers/file/device.h"
#include "servers/file/block_map.h"
#include "servers/file/radix.h"
#include "servers/proto/file_format.h" /* FILE_MORE: the call is to be repeated with the same arguments */

enum inode_kind { INODE_FILE = 1, INODE_DIRECTORY, INODE_DEVICE };

enum {
    FILE_SIZE_MAX = 0x7fffffff,
    LINKS_MAX = 32767,
    MODE_BITS = 07777,
    MODE_PERMISSIONS = 0777,
    MODE_RUN = 0111,
};

struct entry;
struct lock;

struct inode {
    uint8_t kind;
    bool was_lent;       /* one of its pages was lent */
    uint16_t mode;       /* only MODE_RUN has an effect */
    uint16_t device;     /* major << 8 | minor, for an INODE_DEVICE */
    uint32_t number;     /* from 1 on, the lowest free one */
    uint32_t generation; /* differs from that of all earlier inodes with this number */
    uint32_t links;      /* names */
    uint32_t holders;    /* open files, working directories, mappings, programs */
    uint32_t size;       /* of a file, in bytes */
    uint32_t modified;   /* seconds */
    struct lock *locks;  /* locks.h */
    union {
        struct { /* of a file */
            struct block_map map;
            struct block_device *backing; /* null: backed_bytes is 0 */
            uint32_t first_block, backed_bytes;
            struct inode *next_orphan;
        };
        struct { /* of a directory: see directory.h */
            struct radix positions;
            uint32_t entries, subdirectories;
            struct inode *parent; /* the root's is the root; null: it was removed */
            struct entry *name;   /* its own entry in the parent; the root has none */
            uint32_t former_parent, former_generation;
        };
    };
};

struct inode_attributes {
    enum inode_kind kind;
    uint16_t mode, device;
};

/* Seconds: the server's clock, or a test's. */
uint32_t file_now(void);

/* Begins without inodes, in new pages. */
void inode_init(void);

/* Makes an inode without links, held once; drop it when it has a name. Null: no memory. */
struct inode *inode_make(const struct inode_attributes *attributes);

/* A file of `bytes` bytes from that block on; null: no memory, or the device has no such blocks. */
struct inode *inode_from_device(struct block_device *device, uint32_t first_block, uint32_t bytes);

/* Null: there is none. */
struct inode *inode_find(uint32_t number);

/* Without holders and links an inode is freed, or becomes an orphan. */
void inode_hold(struct inode *inode);
void inode_drop(struct inode *inode);

/* The orphans of the current message; before the next one they pass to the client that sent it. */
extern struct inode *inode_orphans;

/* Gives back the pages of the list's orphans, then the orphans themselves, until pages_work is enough; true: none is
 * left. */
bool inode_give_orphans(struct inode **list);

/* Removes a name; only for directory.c. */
void inode_unlink(struct inode *inode);

/* Reading, writing and cutting are only for files: otherwise -EISDIR or, for a device, -EINVAL. A message reads or
 * writes in at most two pages. These are on the path of every message, so they use few registers. */

/* Returns the number of bytes read, up to the file's end, or an error of the device if none was read. */
int32_t inode_read(struct inode *inode, uint32_t offset, void *to, uint32_t bytes);

/* Writes as many bytes as there is room for, from an offset of at most FILE_SIZE_MAX, and returns their number. If none
 * was written: -ENOSPC, -EFBIG at FILE_SIZE_MAX, or an error of the device; then nothing is changed. A gap after the
 * old end becomes a hole. */
int32_t inode_write(struct inode *inode, uint32_t offset, const void *from, uint32_t bytes);

/* 0, -EFBIG, or FILE_MORE: it has become shorter, but is not short enough yet. */
int inode_truncate(struct inode *inode, uint32_t size);

/* The memory that a client may get as a page of the file. */
struct page_source {
    bool is_block;   /* a mapped block of inode->backing: read-only */
    uint32_t number; /* of the block, or of a page of ours */
};

/* For writing it is a page of ours; for reading a mapped block with zeros after the file's end suffices. -EINVAL: the
 * file ends before; -ENOSPC, or an error of the device: nothing is changed. */
int inode_page(struct inode *inode, uint32_t page, bool write, struct page_source *source);

/* Records that a page of ours, given by inode_page(), goes to a client. If it has LOANS_MAX loans already, it is
 * revoked before: clients that have it mapped get it again when they touch it. */
void inode_lend(struct inode *inode, uint32_t number);

/* True if all bytes of the file are the device's, in successive blocks from *first_block on, and nobody can write to
 * them. */
bool inode_device_run(const struct inode *inode, uint32_t *first_block);

/* The number of our pages for its contents, including tables. */
uint32_t inode_pages(const struct inode *inode);

/* True for the console, which clients must ask themselves. */
bool inode_is_console(const struct inode *inode);

/* Panics unless I1..I4 hold; returns the pages for all inodes, their contents and their numbers. */
uint32_t inode_audit(void);

/* Calls the function with each inode. */
void inode_for_each(void (*function)(const struct inode *inode));
