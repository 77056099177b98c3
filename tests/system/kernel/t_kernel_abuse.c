/*
 * Abuse: random calls and random registers from children with few capabilities. The system continues, no register
 * returns a kernel address, and afterwards every frame is free.
 *
 * run: --cpu max
 * run: --cpu qemu32
 */
#include "tests/system/kernel/kernel_test.h"

#include <string.h>

enum {
    CALLS = 200000, /* in total */
    MEMORY_FRAMES = 64,
    OWN_MEMORY = 2, /* slots of the abuser */
    OWN_VICTIM,     /* a task without threads */
    OWN_THREAD,     /* stopped */
    OWN_ENDPOINT,   /* of the test: signal, grant */
    OWN_IRQ,
    OWN_LOG, /* without rights */
    OWN_SELF,
    OWN_SLOTS = 24,
    SIGNAL_BIT = 2,
    LOWEST_ERROR = ERR_STATE,
    STRANGE_THREADS = 500,
};

static volatile uint32_t calls_done, leaks, leaked[4], seed;

static uint32_t random_word(void)
{
    uint32_t x = seed;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return seed = x;
}

/* Numbers near limits are more interesting than others. */
static uint32_t random_argument(void)
{
    static const uint32_t near[] = {0,
                                    1,
                                    2,
                                    0xffffffff,
                                    0x7fffffff,
                                    0x80000000,
                                    USER_END,
                                    SCRATCH,
                                    MESSAGE_PAGE,
                                    PAGE_SIZE,
                                    CALL_PAGES_MAX,
                                    SLOT_COUNT,
                                    OWN_VICTIM << 16};
    uint32_t kind = random_word() % 8, word = random_word();

    switch (kind) {
    case 0:
        return word;
    case 1:
    case 2:
        return near[word % (sizeof(near) / sizeof(near[0]))] + (word >> 8) % 3 - 1;
    case 3:
        return word % OWN_SLOTS | (word >> 8) % OWN_SLOTS << SLOT_SHIFT;
    case 4:
        return SCRATCH + (word & 0xff) * PAGE_SIZE + (word >> 16 & 31);
    case 5:
        return (word & 0x3ff) * PAGE_SIZE + (word >> 16 & 31);
    default:
        return word % 70;
    }
}

static void random_page(void)
{
    for (uint32_t i = 0; i < 8; i++)
        ((volatile uint32_t *)message_page)[i] = random_argument();
    for (uint32_t i = 0; i < IPC_ITEMS; i++)
        message_page->items[i] = (struct item){.slot = (uint16_t)(random_word() % OWN_SLOTS),
                                               .rights = random_word() & 31,
                                               .kind = random_word() & 7,
                                               .pages = (uint8_t)(random_word() % 70),
                                               .from = random_argument(),
                                               .to = random_argument()};
    message_page->tag = random_word() % 4 ? random_word() & 0x47f : random_word();
    for (uint32_t i = 0; i < 10; i++)
        message_page->state[i] = random_argument();
}

/* All registers after the call; ecx and edx are set as the call needs them. */
struct all_registers {
    uint32_t eax, ebx, ecx, edx, esi, edi, ebp;
};

static void raw_call(struct all_registers *r)
{
    __asm__ volatile("push %%ebp; push %%ebx; push %0\n\t"
                     "mov 4(%0), %%ebx; mov 16(%0), %%esi; mov 20(%0), %%edi\n\t"
                     "mov 24(%0), %%ebp; mov (%0), %%eax; mov %%esp, %%ecx; mov $1f, %%edx\n\t"
                     "sysenter\n"
                     "1:\txchg %%eax, (%%esp)\n\t" /* the pointer; eax is on the stack */
                     "mov %%ebx, 4(%%eax); mov %%ecx, 8(%%eax); mov %%edx, 12(%%eax)\n\t"
                     "mov %%esi, 16(%%eax); mov %%edi, 20(%%eax); mov %%ebp, 24(%%eax)\n\t"
                     "pop (%%eax); pop %%ebx; pop %%ebp"
                     : "+a"(r)
                     :
                     : "ecx", "edx", "esi", "edi", "memory", "cc");
}

/* Looks for a word in the kernel's half that we did not pass, and that is no error. */
static void look_for_leak(const struct all_registers *in, const struct all_registers *out)
{
    const uint32_t *words = (const uint32_t *)out, *ours = (const uint32_t *)in;

    for (uint32_t i = 0; i < sizeof(*out) / 4; i++) {
        bool known = words[i] < USER_END || (int32_t)words[i] >= LOWEST_ERROR;
        for (uint32_t k = 0; k < sizeof(*in) / 4; k++)
            known = known || words[i] - ours[k] <= 64 * PAGE_SIZE || words[i] == ours[k];
        if (known)
            continue;
        leaks++;
        leaked[0] = in->eax;
        leaked[1] = i;
        leaked[2] = words[i];
    }
}

static void abuser(uint32_t unused)
{
    (void)unused;
    while (calls_done < CALLS) {
        struct all_registers in = {0}, out;
        uint32_t number = random_word() % 8 ? random_word() % SYS_COUNT : random_word() % 256;
        uint32_t slot = random_word() % 8 ? random_word() % OWN_SLOTS : random_word() & 0xffff;
        in.eax = number | slot << SLOT_SHIFT;
        if (number <= SYS_ipc_reply)
            in.eax |= random_word() & random_word() & IPC_FLAGS;
        in.ebx = random_argument();
        in.esi = random_argument();
        in.edi = random_argument();
        in.ebp = random_argument();
        out = in;
        if (random_word() % 4 == 0)
            random_page();
        calls_done++;
        raw_call(&out);
        look_for_leak(&in, &out);
    }
}

static void thread_ends(uint32_t unused)
{
    (void)unused;
}

static void give(uint32_t from, uint32_t slot, rights_t rights, uint32_t value, uint32_t count)
{
    IS(sys_cap_derive(from, slot, CHILD_TASK, rights, value, count), OK);
}

/* Makes a new abuser with its capabilities; with `self` it also controls its own task. */
static void start_abuser(uint32_t frames, bool self)
{
    child_make(0, 12);
    child_make(1, 6);
    struct plan plan = child_thread(0, abuser, 0), stopped = child_thread(1, thread_ends, 0);
    plan.priority = PRIORITY_CHILD;
    thread_prepare(&plan);
    thread_prepare(&stopped);
    give(MEMORY, OWN_MEMORY, RIGHT_ALL, frames, MEMORY_FRAMES);
    give(CHILD_TASK + 1, OWN_VICTIM, RIGHT_CONTROL | RIGHT_GRANT, 0, 0);
    give(CHILD_THREAD + 1, OWN_THREAD, RIGHT_CONTROL, 0, 0);
    give(ENDPOINT, OWN_ENDPOINT, RIGHT_SIGNAL | RIGHT_GRANT, SIGNAL_BIT, 0);
    give(IRQS, OWN_IRQ, RIGHT_CONTROL, 22, 1);
    give(LOG, OWN_LOG, 0, 0, 0);
    if (self)
        give(CHILD_TASK, OWN_SELF, RIGHT_CONTROL | RIGHT_GRANT, 0, 0);
    IS(sys_thread_resume(CHILD_THREAD), OK);
}

static void end_abuser(void)
{
    static const uint32_t slots[] = {CHILD_TASK, CHILD_TASK + 1, CHILD_HANDLER, CHILD_HANDLER + 1};

    for (unsigned i = 0; i < sizeof(slots) / sizeof(slots[0]); i++)
        IS(sys_cap_delete(slots[i]), OK);
    settle();
}

/* Starts a new abuser whenever one is stuck or destroyed. */
static void abuse(bool self)
{
    uint32_t frames = fresh_frames(MEMORY_FRAMES), restarts = 0;

    seed = 0x2545f491 + self;
    calls_done = leaks = 0;
    do {
        point_restart(frames + MEMORY_FRAMES);
        start_abuser(frames, self);
        struct event event;
        do { /* until it faults, or waits for ever */
            event = event_wait(0);
            if (event.kind == TAG_CALL)
                IS(event_reply_word(&event, 0), OK);
        } while (event.kind != KIND_QUIET && (event.kind != TAG_FAULT || event.badge != BADGE_FAULT));
        end_abuser();
        restarts++;
    } while (calls_done < CALLS && restarts < 20000);
    IS(leaks, 0);
    if (leaks)
        note("tap: # call 0x%x: register %u came back as 0x%x", (unsigned)leaked[0], (unsigned)leaked[1],
             (unsigned)leaked[2]);
    HOLDS(calls_done >= CALLS);
    note("tap: # %u calls, %u starts", (unsigned)calls_done, (unsigned)restarts);
}

static void random_calls(void)
{
    abuse(false);
}

static void random_calls_on_oneself(void)
{
    abuse(true);
}

/* With any registers a thread runs or faults, and no other thread is affected. */
static void random_registers(void)
{
    uint32_t faults = 0;

    seed = 77;
    child_make(0, 4);
    struct plan plan = child_thread(0, thread_ends, 0);
    thread_prepare(&plan);
    for (uint32_t i = 0; i < STRANGE_THREADS; i++) {
        struct event event;
        for (uint32_t w = 0; w < 10; w++)
            message_page->state[w] = random_word();
        ((struct thread_registers *)message_page->state)->eip |= 0x10000000; /* outside our text */
        IS(sys_thread_write(CHILD_THREAD, THREAD_REGISTERS), OK);
        if (i == 0)
            IS(sys_thread_resume(CHILD_THREAD), OK);
        else
            IS(ipc_reply(0, &(struct words){{0}}), OK);
        event = event_wait(0);
        faults += event.kind == TAG_FAULT && event.badge == BADGE_FAULT;
        message_page->caller = event.caller;
        message_page->caller_call_number = event.call_number;
    }
    IS(faults, STRANGE_THREADS);
}

/* Every number with every kind of capability in the slot, from our own task: only errors or success. */
static void every_call_on_every_kind(void)
{
    static const uint32_t slots[] = {0, MEMORY, PORTS, ENDPOINT, LOG, 100};

    for (uint32_t number = SYS_ipc_signal; number < 256; number++) {
        bool harmless = number == SYS_cap_delete || number == SYS_cap_revoke || number == SYS_thread_yield ||
                        number == SYS_version || message_number(number);
        for (unsigned i = 0; !harmless && i < sizeof(slots) / sizeof(slots[0]); i++) {
            struct words words = {{0x80000001, 0xffffffff, 0xfffffff0, 0x7fffffff}};
            int32_t status = system_call(number | slots[i] << SLOT_SHIFT, &words);
            if (number != SYS_ipc_signal)
                HOLDS(status < 0 && status >= LOWEST_ERROR);
        }
    }
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct point points[] = {
        {"every call on every kind of capability", every_call_on_every_kind},
        {"500 threads with random registers", random_registers},
        {"200000 random calls", random_calls},
        {"200000 random calls of a task that controls itself", random_calls_on_oneself},
    };

    (void)ebx, (void)esi, (void)edi;
    POINTS_RUN(points);
}
