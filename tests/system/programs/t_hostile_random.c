/*
 * Processes that send at random, at the same time and on all processors: every number, tag, word, item, window and
 * capability to proc, mem and console, and system calls with any registers. (A process has one thread, and no memory
 * for another.) After their end the system is intact.
 *
 *     t_hostile_random [SEED [MESSAGES [PROCESSES]]]
 *
 * MESSAGES is for each round. The same arguments make the same processes; their relative speed is random.
 *
 * run: --smp 2
 */
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "libuser/ipc/ipc.h"
#include "libuser/mem/shm.h"
#include "servers/proto/console.h"
#include "servers/proto/layout.h"
#include "servers/proto/mem.h"
#include "servers/proto/proc.h"
#include "servers/proto/slots.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SEED = 1, MESSAGES = 4000, PROCESSES = 6, PROCESSES_MAX = 32, PIECE = 100 /* MESSAGES: by one process */ };

/*
 * Frames that servers may keep for later: proc a group of 8 for its own account, mem tables for as many spaces as there
 * never were before at the same time. The exact number depends on timing.
 */
enum { KEPT_MAX = 64 };

static uint32_t seed = SEED, messages = MESSAGES, processes = PROCESSES;
static pid_t parent;

/* ---------------------------------------------------------------------------------- numbers */

static uint32_t below(uint32_t limit)
{
    return (uint32_t)rand() % limit;
}

static uint32_t any_word(void)
{
    static const uint32_t edges[] = {0,         1,          0xfff,     PAGE_SIZE, 0xffffffff,   0x7fffffff,
                                     USER_END,  0xbffff000, STACK_LOW, STACK_TOP, PROGRAM_BASE, 0x80000000,
                                     MMAP_BASE, MMAP_LIMIT, SHM_BASE,  16,        MESSAGE_PAGE, HEAP_LIMIT};
    switch (below(4)) {
    case 0:
        return edges[below(sizeof(edges) / sizeof(edges[0]))];
    case 1:
        return below(64);
    case 2:
        return (uint32_t)rand() << PAGE_BITS;
    default:
        return (uint32_t)rand() ^ (uint32_t)rand() << 16;
    }
}

static struct item own_pages(void)
{
    return item_address(PROGRAM_BASE + (below(16) << PAGE_BITS), RIGHT_READ, 1 + below(4),
                        SHM_BASE + (below(4) << PAGE_BITS));
}

static void any_page(void)
{
    uint32_t *words = (uint32_t *)message_page;

    for (unsigned i = 0; i < offsetof(struct message_page, words) / sizeof(*words); i++)
        words[i] = any_word();
    for (unsigned i = 0; i < IPC_PAGE_WORDS; i += 1 + below(8))
        message_page->words[i] = any_word();
    if (below(4))
        message_page->tag = TAG(below(65), below(5));
    if (below(2))
        ipc_window(SHM_BASE, SHM_PAGES);
    for (unsigned i = 0; i < IPC_ITEMS && below(2); i++)
        message_page->items[i] = below(2) ? item_cap(below(6), RIGHT_CALL, any_word()) : own_pages();
}

/* ---------------------------------------------------------------------------------- messages */

/* Never sends as the parent, which counts; does not change what the console shows to the reader of the results; does
 * not wait for keys. */
static void tame(uint32_t slot, struct words *words)
{
    uint32_t call = words->w[0];

    if (slot == CLIENT_SLOT_PROC && call == PROC_KILL && words->w[1] == (uint32_t)parent)
        words->w[1] = 0;
    if (slot == CLIENT_SLOT_PROC && call == PROC_ALARM)
        words->w[1] |= 0x10000000;
    if (slot == CLIENT_SLOT_PROC && (call == PROC_SLEEP || call == PROC_FUTEX_WAIT || call == PROC_SIGNAL_AWAIT))
        words->w[1] %= 2;
    if (slot == CLIENT_SLOT_CONSOLE && call == CONSOLE_READ)
        words->w[2] = 0;
    if (slot == CLIENT_SLOT_CONSOLE && call == CONSOLE_WRITE)
        memset(message_page->words, "#\n"[below(2)], sizeof(message_page->words));
}

static struct words any_call(uint32_t slot)
{
    struct words words = {{below(4) ? below(25) : any_word(), any_word(), any_word(), any_word()}};

    if (slot == CLIENT_SLOT_PROC && words.w[0] == PROC_KILL && below(2))
        words.w[1] = (uint32_t)parent + below(64); /* one of us, or a process that comes later */
    if (slot == CLIENT_SLOT_PROC && words.w[0] == PROC_EXIT && below(8))
        words.w[0] = PROC_FORK;
    return words;
}

static void sends(uint32_t slot)
{
    struct words words = any_call(slot);
    uint32_t flags = (uint32_t)rand() & (IPC_EXTENDED | IPC_WINDOW | IPC_SLOTS | IPC_REPLY), call = words.w[0];

    any_page();
    tame(slot, &words);
    err_t err = ipc_call(slot, flags, &words);
    if (!err && slot == CLIENT_SLOT_PROC && call == PROC_FORK && !words.w[0] && !words.w[1])
        _exit(0);
}

/* Any number, flags and slot. */
static void calls_the_kernel(void)
{
    uint32_t number = below(8) ? below(SYS_COUNT) : any_word() & 0xff;
    uint32_t slot = below(4) ? below(6) : any_word() & 0xffff;
    struct words words = {{any_word(), any_word(), any_word(), any_word()}};

    any_page();
    if (number == SYS_ipc_call)
        return; /* sends() does this */
    system_call(number | ((uint32_t)rand() & IPC_FLAGS) | slot << SLOT_SHIFT, &words);
}

static int sends_at_random(void)
{
    for (int i = 0; i < PIECE; i++)
        if (below(4))
            sends(CLIENT_SLOT_PROC + below(3));
        else
            calls_the_kernel();
    return 0;
}

/* ---------------------------------------------------------------------------------- a round */

static bool starts(uint32_t number)
{
    srand(seed + number);
    return child_start(sends_at_random) > 0;
}

/* So many processes at a time. They die of the effects, are killed by each other, or finish. */
static void round_of_messages(void)
{
    uint32_t count = messages / PIECE, begun = 0, living = 0;

    while (begun < count || living) {
        while (begun < count && living < processes && starts(begun)) {
            begun++;
            living++;
        }
        if (wait(NULL) < 0)
            living = 0; /* a random message has waited for one of ours */
        else
            living -= living > 0;
    }
}

static void all_are_gone(void)
{
    while (wait(NULL) > 0)
        ;
    usleep(50000); /* grandchildren, for which no process waits */
}

static bool is_whole(struct memory before)
{
    struct memory now = memory_now();
    int32_t kept = (int32_t)(before.free - now.free);

    printf("# %d frames were kept\n", (int)kept);
    return IS(now.segments, before.segments) && HOLDS(kept <= KEPT_MAX && kept >= -KEPT_MAX);
}

static int counts(void)
{
    static char *const arguments[] = {"shm_cnt", NULL};

    execv("shm_cnt", arguments);
    return 126;
}

/* The first round fills tables that stay; the states after the first and the second round are compared. */
static bool conserves(void)
{
    round_of_messages();
    all_are_gone();
    struct memory before = memory_now();
    round_of_messages();
    all_are_gone();
    return is_whole(before);
}

int main(int argc, char **argv)
{
    seed = argc > 1 ? (uint32_t)atoi(argv[1]) : SEED;
    messages = argc > 2 ? (uint32_t)atoi(argv[2]) : MESSAGES;
    processes = argc > 3 ? (uint32_t)atoi(argv[3]) : PROCESSES;
    parent = getpid();
    printf("1..2\n# t_hostile_random %u %u %u\n", (unsigned)seed, (unsigned)messages, (unsigned)processes);
    bool whole = conserves(), counted = IS(child_run(counts), EXITED(0));
    printf("%sok 1 - nothing is lost\n", whole ? "" : "not ");
    printf("%sok 2 - shm_cnt still counts to 20000\n", counted ? "" : "not ");
    return !(whole && counted);
}
