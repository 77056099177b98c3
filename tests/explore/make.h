/* What worlds are made of. Each takes the next frames of the arena; what is refused is a violation. */
#pragma once

#include "tests/explore/world.h"

/* Slots of every task's table. */
enum {
    SLOT_SELF = 1,
    SLOT_OWN_MEMORY = 2, /* what make_memory() gave */
    SLOT_MAIN_THREAD = 3,
    SLOT_IN_OTHER_TABLE = 15, /* of threads that the worlds do not name */
};
enum { MESSAGE_PAGE_0 = 0x3000, MESSAGE_PAGE_1 = 0x2000, MESSAGE_PAGE_2 = 0x1000 };

/* The first task, with an account of so many frames, and its thread, which runs. */
struct task *make_first(unsigned account, uint8_t priority);
struct thread *first_thread(void);

struct task *make_task(unsigned account);

/* A ready thread that is named in `slot` of its task. */
struct thread_at {
    uint32_t page, slot;
    uint8_t priority;
    unsigned cpu; /* or CPU_ANY */
};
struct thread *make_thread(struct task *task, struct thread_at at);

/* So many frames of memory, named in slot SLOT_OWN_MEMORY. */
void make_memory(struct task *task, uint32_t count);

/* The first frame of the world's memory is mapped; and what is mapped there is handed on, so the new mapping is a
 * child. */
void make_mapping(struct task *task, uint32_t address);
void make_mapping_of(const struct task *from, uint32_t at, struct task *task, uint32_t address);

/* A range of all of its kind, from 0 on: SLOT_IRQS, SLOT_PORTS, SLOT_LOG. */
void make_range(struct task *task, uint32_t slot, enum slot_bits kind, uint32_t count);

/* The first task's endpoint, in that slot. */
void make_endpoint(uint32_t slot);

/* A child of `from`'s capability in `to`'s table. */
struct child {
    uint32_t from, to;
    rights_t rights;
    uint32_t value, count;
};
void make_child(struct task *from, struct task *to, struct child child);

/* The endpoint in that slot becomes what a thread receives from; who hears of its faults. */
void make_receiver(struct task *task, uint32_t slot, struct thread *thread);
void make_handler(struct task *task, uint32_t slot, struct thread *thread);

/* The thread waits for its first message. */
void make_waiting(struct thread *thread);

/* A thread of `task` that waits at the first task's endpoint, in slot 4. */
void make_server(struct task *task, struct thread_at at);

/* A system call of the first thread. */
void make_call(unsigned call, uint32_t slot, const uint32_t arguments[4]);

/* The thread runs on the next processor, which is its home. */
void make_running(struct thread *thread);

#define RIGHTS_RG  (RIGHT_READ | RIGHT_GRANT)
#define RIGHTS_RWG (RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT)
#define BIT(n)     (1u << (n))

/* Items of messages. */
#define ITEM_OF_MEMORY(rights_, offset, n, at)                                                                         \
    {                                                                                                                  \
        .slot = SLOT_OWN_MEMORY, .rights = (rights_), .kind = ITEM_MEMORY, .pages = (n), .from = (offset), .to = (at)  \
    }
#define ITEM_OF_ADDRESS(rights_, address, n, at)                                                                       \
    {                                                                                                                  \
        .rights = (rights_), .kind = ITEM_ADDRESS, .pages = (n), .from = (address), .to = (at)                         \
    }
#define ITEM_OF_SLOT(rights_, index, badge, at)                                                                        \
    {                                                                                                                  \
        .slot = (index), .rights = (rights_), .kind = ITEM_CAP, .from = (badge), .to = (at)                            \
    }
#define SEND(n, ...)                                                                                                   \
    {                                                                                                                  \
        IPC_EXTENDED, (n) << TAG_ITEMS_SHIFT,                                                                          \
        {                                                                                                              \
            __VA_ARGS__                                                                                                \
        }                                                                                                              \
    }
#define SEND_WORDS                                                                                                     \
    {                                                                                                                  \
        .flags = 0                                                                                                     \
    }
#define SEND_PAGE_WORD                                                                                                 \
    {                                                                                                                  \
        IPC_EXTENDED, .tag = 1                                                                                         \
    }
#define OPEN_NOTHING                                                                                                   \
    {                                                                                                                  \
        .flags = 0                                                                                                     \
    }
