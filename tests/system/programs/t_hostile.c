/* Clients that send wrong messages to mem, proc and console. Whatever happens to the clients, the servers continue, and
 * after their end everything is as before. */
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
#include <unistd.h>

enum { PAGE = 4096, CHILDREN = 25, MESSAGES = 1000 };

static int execs_shm_cnt(void)
{
    static char *const arguments[] = {"shm_cnt", "-i", "100", NULL};

    execv("shm_cnt", arguments);
    return 126;
}

static bool system_works(void)
{
    return IS(child_run(execs_shm_cnt), EXITED(0));
}

/* ------------------------------------------------------------------------------------- refusals */

/* Word 0 of the reply. */
static int32_t called(uint32_t slot, uint32_t w0, uint32_t w1, uint32_t w2)
{
    struct words words = {{w0, w1, w2, 0}};
    err_t err = ipc_call(slot, 0, &words);

    return err ? (int32_t)err - 1000 : (int32_t)words.w[0];
}

static bool unknown_calls(void)
{
    static const uint32_t numbers[] = {0, 40, 41, 42, 99, 0x7fffffff, 0x80000000, 0xffffffff};
    bool good = true;

    for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        for (uint32_t slot = CLIENT_SLOT_PROC; slot <= CLIENT_SLOT_CONSOLE; slot++)
            good = IS(called(slot, numbers[i], 1, 1), -ENOSYS) && good;
    return good;
}

static bool managers_calls(void)
{
    bool good = IS(called(CLIENT_SLOT_PROC, PROC_SPAWN, 1, 1), -EPERM) &&
                IS(called(CLIENT_SLOT_CONSOLE, CONSOLE_RELEASE, 0, 0), -EPERM);

    for (uint32_t call = MEM_SPACE_CREATE; call <= MEM_SPACE_COPY; call++)
        for (uint32_t space = 0; space < 3; space++)
            good = IS(called(CLIENT_SLOT_MEM, call, space, 2), -EPERM) && good;
    return good;
}

static bool empty_slots(void)
{
    static const uint32_t slots[] = {0, CLIENT_SLOTS_END, 255, 256, 4095, 65535};
    bool good = true;

    for (unsigned i = 0; i < sizeof(slots) / sizeof(slots[0]); i++)
        good = IS(called(slots[i], 1, 1, 1), ERR_CAP - 1000) && good;
    return good;
}

/* A client's own capabilities let it call, and nothing else. */
static bool no_other_rights(void)
{
    struct words words = {{1}};
    bool good = IS(ipc_reply_wait(0, &words), ERR_CAP) && IS(ipc_reply(0, &words), ERR_STALE);

    for (uint32_t slot = CLIENT_SLOT_PROC; slot <= CLIENT_SLOT_CONSOLE; slot++) {
        good = IS(ipc_signal(slot), ERR_RIGHTS) && good;
        message_page->items[0] = item_cap(slot, RIGHT_CALL, 0);
        words = (struct words){{MEM_INFO}};
        good = IS(ipc_call(CLIENT_SLOT_MEM, ipc_extend(0, 1), &words), ERR_RIGHTS) && good;
    }
    return good;
}

/* Only the kernel can send messages that are faults or signals. */
static bool forged_kinds(void)
{
    bool good = true;

    for (uint32_t tag = TAG_FAULT; tag; tag <<= 1) {
        struct words words = {{0x1000, FAULT_USER, 0x1000, 14}};
        message_page->tag = tag;
        good = IS(ipc_call(CLIENT_SLOT_MEM, IPC_EXTENDED, &words), ERR_ARG) && good;
    }
    return good;
}

/* ------------------------------------------------------------------------------------- segments */

static bool open_without_window(void)
{
    uint32_t address = 0;
    char *page = NULL;
    bool good = IS(mem_shm_open(CLIENT_SLOT_MEM, 0, 1, &address), -EINVAL) && IS(memory_now().segments, 0) &&
                IS(shm_open(1, &page), 0) && IS(*page, 0);
    return IS(shm_close(1), 0) && good;
}

/* A segment's page is mapped at its own address, if the window admits that; otherwise nowhere. */
static bool open_astray(void)
{
    char *page = NULL;
    bool good = IS(shm_open(1, &page), 0) && IS(shm_close(1), 0); /* the next one will need this, too */
    uint32_t address = 0, at = (uint32_t)page;
    const uint32_t windows[][2] = {
        {0xbffff000, 0xffffffff}, {0xfffff000, 0xffffffff}, {at + PAGE, SHM_PAGES / 2}, {at - PAGE, 1}, {at + 4, 16},
        {0, at / PAGE},
    };

    for (unsigned i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
        uint32_t window = ipc_window(windows[i][0], windows[i][1]);
        good = IS(mem_shm_open(CLIENT_SLOT_MEM, window, 1, &address), -EINVAL) && IS(memory_now().segments, 0) && good;
    }
    return good;
}

/* Opens the segment that the parent has open, too, with a window for the whole space. */
static volatile char *opened_everywhere(void)
{
    uint32_t address = 0;

    shm_close(1);
    if (mem_shm_open(CLIENT_SLOT_MEM, ipc_window(0, USER_END / PAGE), 1, &address) != 0)
        exit(1);
    *(volatile char *)address = 1;
    return (volatile char *)address;
}

static int closes_and_touches(void)
{
    volatile char *page = opened_everywhere();

    if (shm_close(1) != 0)
        return 1;
    *page = 2;
    return 2;
}

/* The next program touches it. */
static int execs_and_touches(void)
{
    char where[16];

    snprintf(where, sizeof(where), "%lu", (unsigned long)(uint32_t)opened_everywhere());
    child_exec("/tests/t_hostile", where);
}

static bool segments_end(void)
{
    char *page = NULL;
    bool good = IS(shm_open(1, &page), 0) && IS(child_run(closes_and_touches), SIGSEGV) &&
                IS(child_run(execs_and_touches), SIGSEGV) && IS(*page, 1);

    return IS(shm_close(1), 0) && IS(memory_now().segments, 0) && good;
}

/* ------------------------------------------------------------------------------------ arguments */

static bool bad_arguments(void)
{
    bool good = true;
    uint32_t none;

    memset(message_page->words, 'x', sizeof(message_page->words));
    good = IS(called(CLIENT_SLOT_PROC, PROC_EXEC, 1, 1), -EINVAL) && good;
    good = IS(called(CLIENT_SLOT_PROC, PROC_EXEC, 1, 0xffffffff), -EINVAL) && good;
    good = IS(called(CLIENT_SLOT_PROC, PROC_EXEC, 0, 0), -EINVAL) && good;
    good = IS(proc_exec(CLIENT_SLOT_PROC, 1, false, 256, &none, &none), -EINVAL) && good;
    good = IS(proc_exec(CLIENT_SLOT_PROC, 0xffffffff, true, 256, &none, &none), -EINVAL) && good;
    good = IS(proc_args_put(CLIENT_SLOT_PROC, 1, 256), -EINVAL) && good;
    good = IS(proc_args_put(CLIENT_SLOT_PROC, 0xfffffffc, 4), -E2BIG) && good;
    good = IS(proc_args_put(CLIENT_SLOT_PROC, 131072, 4), -E2BIG) && good;
    good = IS(called(CLIENT_SLOT_PROC, PROC_ARGS, 0xffffffff, 0), -EINVAL) && good;
    return good;
}

/* ------------------------------------------------------------------------------------ at random */

static uint32_t random_word(void)
{
    static const uint32_t edges[] = {0,          1,          0xfff,      0x1000,     0xffffffff,
                                     0x7fffffff, 0x80000000, 0xc0000000, 0xbffff000, 0x40000000,
                                     0x50000000, 0x100000,   0x8000,     0xfffff000, 16};
    switch (rand() % 4) {
    case 0:
        return edges[(unsigned)rand() % (sizeof(edges) / sizeof(edges[0]))];
    case 1:
        return (uint32_t)rand() % 64;
    case 2:
        return (uint32_t)rand() << 12;
    default:
        return (uint32_t)rand() ^ (uint32_t)rand() << 16;
    }
}

static void random_page(void)
{
    uint32_t *words = (uint32_t *)message_page;

    for (unsigned i = 0; i < offsetof(struct message_page, state) / sizeof(*words); i++)
        words[i] = random_word();
    if (rand() % 4)
        message_page->tag = TAG((uint32_t)rand() % 65, (uint32_t)rand() % 5);
    if (rand() % 2)
        ipc_window(SHM_BASE, SHM_PAGES);
    for (unsigned i = 0; i < IPC_ITEMS && rand() % 2; i++)
        message_page->items[i].slot = (uint16_t)(rand() % 6);
}

/* Leaves out calls that would end or stop the sender, or print. */
static void tame(uint32_t slot, struct words *words)
{
    uint32_t call = words->w[0];

    if (slot == CLIENT_SLOT_CONSOLE && (call == CONSOLE_WRITE || call == CONSOLE_READ))
        words->w[1] |= 0x200;
    if (slot == CLIENT_SLOT_PROC && call == PROC_KILL)
        words->w[1] |= 0x40000000;
    if (slot == CLIENT_SLOT_PROC && (call == PROC_SLEEP || call == PROC_FUTEX_WAIT || call == PROC_SIGNAL_AWAIT))
        words->w[1] %= 2;
    if (slot == CLIENT_SLOT_PROC && call == PROC_ALARM)
        words->w[1] |= 0x10000000;
    if (slot == CLIENT_SLOT_PROC && call == PROC_EXIT)
        words->w[0] = PROC_ARGS_PUT;
}

static void send_random(uint32_t slot)
{
    struct words words = {{random_word(), random_word(), random_word(), random_word()}};
    uint32_t flags = (uint32_t)rand() & (IPC_EXTENDED | IPC_WINDOW | IPC_SLOTS | IPC_REPLY);

    if (rand() % 4)
        words.w[0] = (uint32_t)rand() % 25;
    random_page();
    tame(slot, &words);
    uint32_t call = words.w[0];
    err_t err = ipc_call(slot, flags, &words);
    if (!err && slot == CLIENT_SLOT_PROC && call == PROC_FORK && !words.w[0] && !words.w[1])
        _exit(0);
}

static uint32_t victim;

static int sends_at_random(void)
{
    for (int i = 0; i < MESSAGES; i++)
        send_random(victim);
    return 0;
}

/* The senders may die of the effects, but not the servers. */
static bool random_messages(uint32_t slot)
{
    victim = slot;
    for (int i = 0; i < CHILDREN; i++) {
        srand(slot << 16 | (unsigned)i);
        if (child_run(sends_at_random) < 0)
            return HOLDS(false);
    }
    usleep(30000);
    return system_works();
}

static bool random_to_proc(void)
{
    return random_messages(CLIENT_SLOT_PROC);
}

static bool random_to_mem(void)
{
    return random_messages(CLIENT_SLOT_MEM);
}

static bool random_to_console(void)
{
    return random_messages(CLIENT_SLOT_CONSOLE);
}

/* ---------------------------------------------------------------------------------------- flood */

static int calls_forever(void)
{
    for (;;)
        getpid();
}

static int asks_forever(void)
{
    for (;;)
        memory_now();
}

static bool flood(void)
{
    pid_t children[6];
    bool good = true;

    for (int i = 0; i < 6; i++)
        children[i] = child_start(i % 2 ? calls_forever : asks_forever);
    good = system_works();
    for (int i = 0; i < 6; i++)
        good = IS(child_kill(children[i]), SIGKILL) && good;
    return good;
}

static const struct tap_point points[] = {
    {"unknown calls are ENOSYS", unknown_calls},
    {"the manager's calls are EPERM", managers_calls},
    {"empty slots name nothing", empty_slots},
    {"a client can only call", no_other_rights},
    {"faults and signals cannot be forged", forged_kinds},
    {"a segment needs a window", open_without_window},
    {"a segment is mapped at its own address or nowhere", open_astray},
    {"after close or exec nothing of a segment is mapped, though another process has it", segments_end},
    {"bad arguments are refused", bad_arguments},
    {"50000 random messages to proc", random_to_proc},
    {"50000 random messages to mem", random_to_mem},
    {"50000 random messages to console", random_to_console},
    {"a flood of calls", flood},
};

int main(int argc, char **argv)
{
    if (argc > 1)
        *(volatile char *)strtoul(argv[1], NULL, 10) = 3;
    return TAP_RUN(points);
}
