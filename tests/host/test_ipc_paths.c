/*
 * The fast paths of messages, signals and faults and the general path lead to the same state. Each random step of eight
 * threads that call, reply and signal, with words and pages, is taken on both paths from the same snapshot, and all
 * memory is compared.
 * sources: kernel-core tests/host/kernel_world.c
 */
#include "kernel/sys/event.h"
#include "tests/host/check.h"
#include "tests/host/kernel_world.h"

#include <string.h>

enum {
    ENDPOINTS = 3,
    THREADS = 8,
    SERVERS = 5, /* threads that have an endpoint to receive from */
    SLOT_ENDPOINTS = 40,
    SLOT_SIGNALS = 50,
    SLOT_THREADS = 60,
    RUNS = 40,
    STEPS = 600,
    WINDOW = 0x400000 - 2 * PAGE_SIZE, /* half of the window is in another table */
    WINDOW_PAGES = 4,
    WINDOW_SLOT = 254, /* half of these slots are in another leaf */
    WINDOW_SLOTS = 4,
    /* What a step can change: struct kernel, the frames in use, all records. */
    KERNEL_BYTES = 16 * PAGE_SIZE,
    USED_FRAMES = WORLD_ACCOUNT,
    USED_BYTES = USED_FRAMES * PAGE_SIZE,
    RECORD_BYTES = WORLD_FRAMES * sizeof(struct frame),
};

static struct thread *init, *current;
static struct thread *threads[THREADS];
static uint32_t direct; /* steps in which a message switched directly */

static int call(unsigned number, uint32_t slot, uint32_t a, uint32_t b, uint32_t c)
{
    return world_call(init, number | slot << SLOT_SHIFT, (const uint32_t[]){a, b, c, 0});
}

static void make_thread(unsigned i)
{
    uint32_t endpoint = i < SERVERS ? SLOT_ENDPOINTS + random_below(ENDPOINTS) : 0;
    uint32_t handler = random_below(4) ? SLOT_ENDPOINTS + random_below(ENDPOINTS) : 0;
    uint32_t priority = i < SERVERS ? 6 + random_below(3) : 4 + random_below(4);

    CHECK(call(SYS_thread_create, WORLD_TASK, (SLOT_THREADS + i) | endpoint << 16, handler | priority << 16,
               0x20000 + i * PAGE_SIZE) == OK);
    CHECK(call(SYS_thread_resume, SLOT_THREADS + i, 0, 0, 0) == OK);
    const struct cspace *cspace = &AT(struct task, init->task)->cspace;
    threads[i] = AT(struct thread, slot_object(cspace_slot(cspace, SLOT_THREADS + i)));
}

static void boot(void)
{
    init = world_boot();
    for (unsigned e = 0; e < ENDPOINTS; e++) {
        CHECK(call(SYS_endpoint_create, 0, SLOT_ENDPOINTS + e, 0, 0) == OK);
        CHECK(call(SYS_cap_derive, SLOT_ENDPOINTS + e, SLOT_SIGNALS + e, RIGHT_SIGNAL | RIGHT_GRANT, 1 + e) == OK);
    }
    for (unsigned i = 0; i < THREADS; i++)
        make_thread(i);
    current = world_syscall(init, SYS_thread_stop | WORLD_THREAD << SLOT_SHIFT, (const uint32_t[4]){0});
}

/* A step, decided before it is taken. */
struct step {
    enum { SYSCALL, FAULT, INTERRUPT, WAKE } kind;
    uint32_t head; /* a system call, a vector, a line, or a thread */
    uint32_t arguments[4];
    uint32_t tag; /* of the page, and its items */
    struct item items[IPC_ITEMS];
};

/* Pages of memory or of init's space, some of them not available, and capabilities. */
static struct item any_item(void)
{
    static const uint8_t kinds[] = {ITEM_MEMORY, ITEM_MEMORY, ITEM_ADDRESS, ITEM_CAP};
    uint32_t kind = random_below(20) ? kinds[random_below(4)] : 3, page = random_below(WINDOW_PAGES);

    return (struct item){.slot = kind == ITEM_CAP ? SLOT_SIGNALS : WORLD_MEMORY,
                         .rights = (1 + random_below(3) + random_below(2) * RIGHT_GRANT) & 31,
                         .kind = kind & 7,
                         .pages = (uint8_t)(random_below(8) ? 1 : random_below(3)),
                         .from = kind == ITEM_MEMORY    ? WORLD_USER + page
                                 : kind == ITEM_ADDRESS ? WINDOW + page * PAGE_SIZE
                                                        : 0,
                         .to = kind == ITEM_CAP ? random_below(WINDOW_SLOTS)
                                                : WINDOW + random_below(WINDOW_PAGES) * PAGE_SIZE};
}

/* A reply with one item; for a fault mostly a page for it. */
static struct step any_reply(const struct thread *caller)
{
    struct step step = {.kind = SYSCALL,
                        .head = SYS_ipc_reply_wait | IPC_WINDOW | IPC_REPLY | IPC_EXTENDED,
                        .tag = TAG(0, 1),
                        .items = {any_item()}};

    if (caller->faulting && random_below(8))
        step.items[0].to = caller->fault_address & -(uint32_t)PAGE_SIZE;
    return step;
}

static struct step any_call(void)
{
    uint32_t kind = random_below(20), extended = random_below(3) ? IPC_EXTENDED : 0;
    uint32_t windows = (random_below(8) ? IPC_WINDOW : 0) | (random_below(4) ? IPC_SLOTS : 0);
    uint32_t items = random_below(3) ? random_below(3) ? 1 : random_below(IPC_ITEMS + 2) : 0;
    struct step step = {.kind = SYSCALL, .tag = TAG(random_below(2) ? random_below(80) : 0, items)};

    for (unsigned i = 0; i < IPC_ITEMS; i++)
        step.items[i] = any_item();
    for (unsigned i = 0; i < 4; i++)
        step.arguments[i] = random_below(100);
    if (kind < 8 && (slot_is_empty(&current->receives) || random_below(4) == 0))
        step.head = SYS_ipc_call | windows | (SLOT_ENDPOINTS + random_below(ENDPOINTS)) << SLOT_SHIFT | extended;
    else if (kind < 16)
        step.head = SYS_ipc_reply_wait | windows | (random_below(5) ? IPC_REPLY : 0) | extended;
    else if (kind < 17)
        step.head = SYS_ipc_signal | (SLOT_SIGNALS + random_below(ENDPOINTS)) << SLOT_SHIFT;
    else if (kind < 18)
        step.head = SYS_ipc_reply | extended;
    else if (kind < 19)
        step.head = SYS_cap_delete | (WINDOW_SLOT + random_below(WINDOW_SLOTS)) << SLOT_SHIFT;
    else if (random_below(2))
        step = (struct step){.kind = SYSCALL,
                             .head = SYS_vm_unmap | WORLD_TASK << SLOT_SHIFT,
                             .arguments = {WINDOW, 1 + random_below(WINDOW_PAGES)}};
    else
        step.head = (random_below(4) ? SYS_thread_resume : SYS_thread_stop) | (SLOT_THREADS + random_below(THREADS))
                                                                                  << SLOT_SHIFT;
    return step;
}

static struct step any_step(void)
{
    if (!current)
        return random_below(2) ? (struct step){.kind = WAKE, .head = random_below(THREADS)}
                               : (struct step){.kind = INTERRUPT, .head = IRQ_TICK};
    if (random_below(20) == 0)
        return (struct step){.kind = INTERRUPT, .head = random_below(3) ? IRQ_TICK : 3};
    if (random_below(6) == 0)
        return (struct step){
            .kind = FAULT,
            .head = random_below(8) ? 14 : 7,
            .arguments = {random_below(20) ? WINDOW + random_below(WINDOW_PAGES * PAGE_SIZE) : 0x20000}};
    if (current->serving && random_below(2))
        return any_reply(AT(struct thread, current->serving));
    return any_call();
}

static void write_page(struct message_page *page, const struct step *step)
{
    page->tag = step->tag;
    memcpy(page->items, step->items, sizeof page->items);
    page->window = WINDOW;
    page->window_pages = WINDOW_PAGES;
    page->slots = WINDOW_SLOT;
    page->slots_count = WINDOW_SLOTS;
    page->words[0] = step->head;
}

static struct thread *take(struct thread *thread, const struct step *step)
{
    struct thread *woken = threads[step->head % THREADS];

    switch (step->kind) {
    case SYSCALL:
        write_page(thread_page(thread), step);
        return world_syscall(thread, step->head, step->arguments);
    case FAULT:
        thread->registers.vector = step->head;
        return event_fault(thread, step->arguments[0]);
    case INTERRUPT:
        return event_interrupt(thread, step->head);
    default:
        thread_detach(woken);
        woken->stopped = 0;
        thread_update_direct(woken);
        cpu_enqueue(woken, QUEUE_BACK);
        return thread_choose();
    }
}

enum { STATE_BYTES = KERNEL_BYTES + USED_BYTES + RECORD_BYTES };
static unsigned char before[STATE_BYTES], after[STATE_BYTES];

static void copy(unsigned char *to, const unsigned char *from, bool out)
{
    unsigned char *used = AT(unsigned char, frame_ref(WORLD_FREE));

    if (out) {
        memcpy(to, &kernel, KERNEL_BYTES);
        memcpy(to + KERNEL_BYTES, used, USED_BYTES);
        memcpy(to + KERNEL_BYTES + USED_BYTES, frame_at(0), RECORD_BYTES);
    } else {
        memcpy(&kernel, from, KERNEL_BYTES);
        memcpy(used, from + KERNEL_BYTES, USED_BYTES);
        memcpy(frame_at(0), from + KERNEL_BYTES + USED_BYTES, RECORD_BYTES);
    }
}

/* The link of a thread in no list only says where it was last. */
static void clear_unused_links(void)
{
    for (unsigned i = 0; i < THREADS; i++)
        if (threads[i]->state == THREAD_RUNNING || threads[i]->state == THREAD_STOPPED)
            threads[i]->link = (struct link){0};
}

static struct thread *take_one_way(const struct step *step, int general, unsigned char *state)
{
    host_force_general = general;
    struct thread *thread = take(current, step);
    clear_unused_links();
    copy(state, NULL, true);
    return thread;
}

/* Takes both paths from one state, and continues from the second. */
static void take_both(const struct step *step)
{
    struct thread *from = current;

    copy(before, NULL, true);
    struct thread *general = take_one_way(step, 1, after);
    copy(NULL, before, false);
    current = take_one_way(step, 0, before);
    CHECK(current == general);
    CHECK(memcmp(before, after, sizeof before) == 0);
    direct +=
        step->kind == SYSCALL && (step->head & SYSCALL_NUMBER) <= SYS_ipc_reply_wait && current && current != from;
}

int main(void)
{
    CHECK(sizeof kernel <= KERNEL_BYTES);
    for (unsigned run = 0; run < RUNS; run++) {
        boot();
        for (unsigned i = 0; i < STEPS; i++) {
            struct step step = any_step();
            take_both(&step);
        }
        world_end();
    }
    CHECK(direct > RUNS * STEPS / 20);
    printf("test_ipc_paths: %d steps give the same states, %u hand the processor over\n", RUNS * STEPS, direct);
}
