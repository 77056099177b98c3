/* The parts that worlds are made of. Each takes the next frames of the arena; if the kernel refuses one, that is a
 * violation. */
#pragma once

#include "tests/explore/world.h"

/* Slots in the table of every task. */
enum {
    SLOT_SELF = 1,
    SLOT_OWN_MEMORY = 2, /* the memory that make_memory() gave */
    SLOT_MAIN_THREAD = 3,
    SLOT_IN_OTHER_TABLE = 15, /* for threads that the world's calls do not name */
};
enum { MESSAGE_PAGE_0 = 0x3000, MESSAGE_PAGE_1 = 0x2000, MESSAGE_PAGE_2 = 0x1000 };

/* Makes the first task, with an account of so many frames, and its thread, which runs. */
struct task *make_first(unsigned account, uint8_t priority);
struct thread *first_thread(void);

struct task *make_task(unsigned account);

/* Makes a ready thread; `slot` of its task's table names it. */
struct thread_at {
    uint32_t page, slot;
    uint8_t priority;
    unsigned cpu; /* or CPU_ANY */
};
struct thread *make_thread(struct task *task, struct thread_at at);

/* Gives the task so many frames of memory, as one capability in slot SLOT_OWN_MEMORY. */
void make_memory(struct task *task, uint32_t count);

/* make_mapping() maps the first frame of the world's memory. make_mapping_of() derives a mapping from that at `at`, so
 * the new one is its child. */
void make_mapping(struct task *task, uint32_t address);
void make_mapping_of(const struct task *from, uint32_t at, struct task *task, uint32_t address);

/* Makes a capability for the first `count` numbers of a kind: SLOT_IRQS, SLOT_PORTS, SLOT_LOG. */
void make_range(struct task *task, uint32_t slot, enum slot_bits kind, uint32_t count);

/* Makes an endpoint of the first task, with a capability in that slot. */
void make_endpoint(uint32_t slot);

/* Derives a capability in the table of `to` from one in the table of `from`. */
struct child {
    uint32_t from, to;
    rights_t rights;
    uint32_t value, count;
};
void make_child(struct task *from, struct task *to, struct child child);

/* Binds the endpoint in that slot to a thread: as the one that it receives from, or as its fault handler. */
void make_receiver(struct task *task, uint32_t slot, struct thread *thread);
void make_handler(struct task *task, uint32_t slot, struct thread *thread);

/* Makes the thread wait for its first message. */
void make_waiting(struct thread *thread);

/* Makes an endpoint in slot 4 of the first task, and a thread of `task` that waits at it. */
void make_server(struct task *task, struct thread_at at);

/* Makes a system call as the first thread. */
void make_call(unsigned call, uint32_t slot, const uint32_t arguments[4]);

/* Makes the thread run on the next processor, which becomes its home. */
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
        IPC_EXTENDED, TAG(0, n),                                                                                       \
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
