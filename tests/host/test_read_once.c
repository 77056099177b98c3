/*
 * The kernel reads each word of a message once, as other threads may write to the page on other processors. The test
 * sees each access of the kernel to the sender's or the receiver's page, and changes the word right after it, before
 * the kernel's next instruction.
 * sources: kernel-core tests/host/kernel_world.c
 */
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "tests/host/check.h"
#include "tests/host/kernel_world.h"

enum {
    ENDPOINT = 10,
    SERVER = 13,
    SLOTS = 20,
    PAGE = 0x20000,
    WINDOW = 0x400000,
    FRAME = (WORLD_USER + 7) & ~7,
    TRAP_FLAG = 0x100
};

static struct thread *init, *server;
static struct message_page *pages[2]; /* of the sender, of the receiver */
static uint32_t *accessed;            /* the word, until the instruction is done */
static const uint32_t *flips;         /* how the words of the first item change; null: all bits do */
static unsigned items_reads[3 * IPC_ITEMS], window_reads[4];

static void protect(int how)
{
    for (unsigned i = 0; i < 2; i++)
        CHECK(mprotect(pages[i], PAGE_SIZE, how) == 0);
}

/* The page is accessible for one instruction. */
static void handle_access(int number, siginfo_t *info, void *context)
{
    (void)number;
    accessed = (uint32_t *)((uintptr_t)info->si_addr & -sizeof(uint32_t));
    protect(PROT_READ | PROT_WRITE);
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] |= TRAP_FLAG;
}

static void change(uint32_t *first, unsigned *reads, unsigned count)
{
    if (accessed < first || accessed >= first + count)
        return;
    reads[accessed - first]++;
    *accessed ^= !flips ? ~0u : reads == items_reads ? flips[accessed - first] : 0;
}

static void handle_step(int number, siginfo_t *info, void *context)
{
    (void)number, (void)info;
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
    change((uint32_t *)pages[0]->items, items_reads, 3 * IPC_ITEMS);
    change(&pages[1]->window, window_reads, 4);
    protect(PROT_NONE);
}

static int call(unsigned number, uint32_t slot, uint32_t a, uint32_t b, uint32_t c)
{
    return world_call(init, number | slot << SLOT_SHIFT, (const uint32_t[]){a, b, c, 0});
}

static struct thread *event(struct thread *thread, uint32_t head)
{
    return world_syscall(thread, head, (const uint32_t[4]){0});
}

static void begin(void)
{
    const struct sigaction access = {.sa_sigaction = handle_access, .sa_flags = SA_SIGINFO};
    const struct sigaction step = {.sa_sigaction = handle_step, .sa_flags = SA_SIGINFO};

    init = world_boot();
    CHECK(call(SYS_endpoint_create, 0, ENDPOINT, 0, 0) == OK);
    CHECK(call(SYS_thread_create, WORLD_TASK, SERVER | ENDPOINT << 16, (PRIORITY_COUNT - 1) << 16, PAGE) == OK);
    CHECK(call(SYS_thread_resume, SERVER, 0, 0, 0) == OK);
    server = AT(struct thread, slot_object(cspace_slot(&AT(struct task, init->task)->cspace, SERVER)));
    CHECK(event(init, SYS_thread_yield) == server &&
          event(server, SYS_ipc_reply_wait | IPC_WINDOW | IPC_SLOTS) == init);
    pages[0] = thread_page(init), pages[1] = thread_page(server);
    CHECK(sigaction(SIGSEGV, &access, NULL) == 0 && sigaction(SIGTRAP, &step, NULL) == 0);
}

static void item(unsigned number, uint32_t frames, uint32_t from, uint32_t to)
{
    pages[0]->items[number] =
        (struct item){.slot = WORLD_MEMORY, .rights = RIGHT_READ, .pages = (uint8_t)frames, .from = from, .to = to};
}

static bool shows(uint32_t address, uint32_t frame)
{
    pte_t *entry;

    return vspace_find_mapping(&AT(struct task, server->task)->space, address, &entry) && pte_frame(entry) == frame;
}

/* Each word of the first items and windows was read so often. */
static void check_reads(unsigned items, unsigned windows, unsigned times)
{
    protect(PROT_READ | PROT_WRITE);
    for (unsigned i = 0; i < 3 * items; i++)
        CHECK(items_reads[i] == times);
    for (unsigned i = 0; i < windows; i++)
        CHECK(window_reads[i] == times);
}

static void begin_reads(unsigned items)
{
    pages[0]->tag = TAG(0, items);
    pages[1]->window = WINDOW, pages[1]->window_pages = 8;
    pages[1]->slots = SLOTS, pages[1]->slots_count = IPC_ITEMS;
    memset(items_reads, 0, sizeof(items_reads));
    memset(window_reads, 0, sizeof(window_reads));
    protect(PROT_NONE);
}

/* A call transfers all items, whose words were read so often. */
static void call_reads(unsigned items, unsigned windows, unsigned times)
{
    begin_reads(items);
    struct thread *runs = event(init, SYS_ipc_call | IPC_EXTENDED | IPC_WINDOW | ENDPOINT << SLOT_SHIFT);
    check_reads(items, windows, times);
    CHECK(runs == server);
}

static void reply(void)
{
    CHECK(event(server, SYS_ipc_reply_wait | IPC_REPLY | IPC_WINDOW | IPC_SLOTS) == init);
}

/* One item is tried on the fast path first. If that is not enough it is read again, and only the second reading
 * counts: each reading finds another frame for another address. */
static void one_item(void)
{
    static const uint32_t other[] = {0, 4, 4 * PAGE_SIZE};
    flips = other;
    item(0, 2, FRAME, WINDOW);
    call_reads(1, 2, 2); /* there is no table */
    CHECK(shows(WINDOW + other[2], FRAME + 4) && shows(WINDOW + other[2] + PAGE_SIZE, FRAME + 5));
    CHECK(!shows(WINDOW, FRAME));
    reply();
    item(0, 2, FRAME, WINDOW);
    call_reads(1, 2, 1);
    CHECK(shows(WINDOW, FRAME) && shows(WINDOW + PAGE_SIZE, FRAME + 1));
}

/* The caller of one_item() gets a reply with a frame. */
static void one_item_of_a_reply(void)
{
    struct message_page *client = pages[0];

    pages[0] = pages[1], pages[1] = client;
    item(0, 1, FRAME + 6, WINDOW + 6 * PAGE_SIZE);
    begin_reads(1);
    struct thread *runs = event(server, SYS_ipc_reply_wait | IPC_REPLY | IPC_EXTENDED | IPC_WINDOW | IPC_SLOTS);
    check_reads(1, 2, 1);
    CHECK(runs == init && shows(WINDOW + 6 * PAGE_SIZE, FRAME + 6));
    pages[1] = pages[0], pages[0] = client;
    flips = NULL;
}

/* No item is transferred before all have been checked, and what was checked is what is transferred. */
static void several_items(void)
{
    item(0, 1, FRAME + 2, WINDOW + 2 * PAGE_SIZE);
    item(1, 1, FRAME + 3, WINDOW + 3 * PAGE_SIZE);
    pages[0]->items[2] = (struct item){.slot = WORLD_MEMORY, .rights = RIGHT_READ, .kind = ITEM_CAP, .to = 1};
    call_reads(3, 4, 1);
    CHECK(shows(WINDOW + 2 * PAGE_SIZE, FRAME + 2) && shows(WINDOW + 3 * PAGE_SIZE, FRAME + 3));
    reply();
    CHECK(call(SYS_cap_delete, SLOTS + 1, 0, 0, 0) == OK);
}

int main(void)
{
    begin();
    one_item();
    one_item_of_a_reply();
    several_items();
    CHECK(call(SYS_memory_revoke, WORLD_MEMORY, FRAME, 8, 0) == OK);
    world_end();
    puts("test_read_once: what a message brings is read once");
}
