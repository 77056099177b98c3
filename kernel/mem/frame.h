/*
 * Frame records: one for each physical page frame, with its kind and its owner.
 *
 *      kind                what the frame is                  what the record's first 8 bytes are
 *      FRAME_NONE          not RAM, or reserved, or the       -
 *                          kernel's image and records
 *      FRAME_USER          memory                             the root of its mappings' tree
 *      FRAME_SPARE         donated, in an account's list      the next one in that list
 *      FRAME_TASK          a struct task                      -
 *      FRAME_THREADS       up to 4 struct thread              its link in the account's list
 *      FRAME_ENDPOINTS     up to 32 struct endpoint           its link in the account's list
 *      FRAME_LEAF          a leaf of a capability table       the threads whose long calls work with a slot in it
 *      FRAME_DIRECTORY     a page directory                   -
 *      FRAME_TABLE         a page table                       its companion; the first address it translates
 *      FRAME_COMPANION     the nodes of a table's entries     its table; the same address
 *      FRAME_MESSAGE       a thread's message page            -
 *
 * Invariants, walked by the audit:
 *   F1  a frame has one kind; only FRAME_USER frames are reached by memory capabilities and
 *       mappings
 *   F2  a frame becomes kernel memory only while it has no mapping
 *   F3  `owner` of a donated frame is the frame of the account's task; of others it is 0, or NODE_REVOKING for
 *       memory whose mappings are being revoked
 *   F4  kernel memory is below PHYSMAP_BYTES
 *   F5  a frame marked clear (NODE_CLEAR) contains only zeros: the kernel zeroed it or returned it zeroed, and it
 *       was not mapped or written since
 *
 * The kernel lock guards every record. A frame is named by its number, its physical address >> PAGE_BITS.
 */
#pragma once

#include "kernel/lib/link.h"
#include "kernel/mem/node.h"

/* clang-format off */
enum frame_kind {
    FRAME_NONE, FRAME_USER, FRAME_SPARE, FRAME_TASK, FRAME_THREADS, FRAME_ENDPOINTS, FRAME_LEAF, FRAME_DIRECTORY,
    FRAME_TABLE, FRAME_COMPANION, FRAME_MESSAGE, FRAME_KINDS
};
/* clang-format on */

struct frame {
    union {
        struct node mappings;
        struct link in_account;
        struct list bound;
        uint32_t next_spare;
        struct {
            ref_t partner; /* of a table its companion, and the reverse */
            uint32_t base; /* the first address the table translates */
        };
    };
    union {
        struct {
            uint32_t owner : 24;
            uint8_t kind;
        };
        uint32_t state; /* owner and kind at once; FRAME_MAPPABLE: memory that is not being revoked */
    };
    union {
        uint32_t used;      /* FRAME_THREADS, FRAME_ENDPOINTS: bit i is set while its cell i has an object */
        uint32_t is_device; /* FRAME_USER: not RAM, or also written by the kernel; never donated */
        ref_t task;         /* FRAME_COMPANION: the owner again, as a reference to its struct task */
    };
};
enum { FRAME_MAPPABLE = FRAME_USER << 24 };

/* The record of a frame; frame_number_of() leads back. */
ALWAYS_INLINE struct frame *frame_at(uint32_t number)
{
    return PHYSMAP(struct frame, FRAMES_OFFSET) + number;
}

ALWAYS_INLINE uint32_t frame_number_of(const struct frame *frame)
{
    return (uint32_t)(frame - frame_at(0));
}

/* The number of the frame that contains `ref`, in the physmap; frame_ref() is the reference to its start. */
ALWAYS_INLINE uint32_t frame_number(ref_t ref)
{
    return (ref >> PAGE_BITS) - (REF(PHYSMAP_BASE) >> PAGE_BITS);
}

ALWAYS_INLINE ref_t frame_ref(uint32_t number)
{
    return (number << PAGE_BITS) + REF(PHYSMAP_BASE);
}

/* The record of the frame that contains an address in the physmap. */
ALWAYS_INLINE struct frame *frame_of(const void *at)
{
    return frame_at(0) - (REF(PHYSMAP_BASE) >> PAGE_BITS) + (REF(at) >> PAGE_BITS);
}

/* Makes a frame memory, owned by nobody and without mappings; `is_clear`: it contains only zeros. */
ALWAYS_INLINE void frame_make_user(struct frame *frame, bool is_clear)
{
    *frame = (struct frame){.kind = FRAME_USER};
    node_init_root(&frame->mappings);
    frame->mappings.flags = is_clear ? NODE_CLEAR : 0;
}
