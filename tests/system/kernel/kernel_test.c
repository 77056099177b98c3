#include "tests/system/kernel/kernel_test.h"

#include "libuser/string/format.h"

#include <string.h>

enum {
    QUIET_SIGNAL = 10, /* slots */
    QUIET_THREAD = 11,
    BALANCE_TASK = 12,
    SETTLE_ENDPOINT = 13,
    ROOM_SLOTS = 0x8000,
    ROOM_ADDRESS = 0x7fe00000,
    ROOM_MAX = 200,
    QUIET_BIT = 1 << 30,
    QUIET_PRIORITY = 1,
    QUIET_STACK_BYTES = 4096,
    OWN_FRAMES = 128, /* also for our own account: the last frames of MEMORY */
    FRAMES = TEST_FRAMES - OWN_FRAMES,
    STUCK_TICKS = 30 * TICKS_PER_SECOND,
    STACKS = 96,
    STACK_BYTES = 2048,
    VECTOR_INVALID_OPCODE = 6,
};

static _Alignas(16) char stacks[STACKS][STACK_BYTES], quiet_stack[QUIET_STACK_BYTES];
static uint32_t stacks_used, frames_used;
static volatile uint32_t progress;
static const struct point *now;
static bool failed;
static const char *skipped; /* why the point was skipped */

__asm__(".text\n.globl thread_end\nthread_end: ud2\n");

/* ---------------------------------------------------------------------------------------- lines */

void note_from(struct message_page *page, const char *format, ...)
{
    char text[sizeof(page->words)];
    va_list arguments;

    va_start(arguments, format);
    uint32_t bytes = format_list(text, sizeof(text), format, arguments);
    va_end(arguments);
    text[bytes++] = '\n';
    memcpy(page->words, text, bytes);
    err_t nobody_to_tell = sys_log_write(LOG, bytes);
    (void)nobody_to_tell;
}

bool point_is(int32_t got, int32_t wanted, const char *what, int at)
{
    progress++;
    if (got == wanted)
        return true;
    failed = true;
    note("tap: # line %d: %s is %d (0x%x), not %d", at, what, (int)got, (unsigned)got, (int)wanted);
    return false;
}

void point_skip(const char *why)
{
    skipped = why;
}

_Noreturn static void end(struct message_page *page, uint32_t status)
{
    struct words words = {{status}};
    int32_t code = system_call(SYS_ipc_call | (uint32_t)TEST_SLOT_INIT << SLOT_SHIFT, &words);

    note_from(page, "tap: # the end was refused: %d", (int)code);
    for (;;)
        code = ipc_reply_wait(0, &words);
}

/* Setup of a point, which must succeed for it to make sense. */
static void must(err_t err, const char *what)
{
    if (!err)
        return;
    note("tap: not ok - %s: %s failed with %d", now ? now->text : "start", what, err);
    end(message_page, 1);
}

/* ----------------------------------------------------------------------------- the quiet thread */

/* Runs when no other thread can. Ends the machine when the main thread has been stuck for long. */
static void quiet_run(uint32_t page)
{
    uint32_t seen = 0, since = ticks();

    for (;;) {
        err_t err = ipc_signal(QUIET_SIGNAL);
        (void)err;
        if (progress != seen) {
            seen = progress;
            since = ticks();
        } else if (ticks() - since > STUCK_TICKS) {
            note_from((struct message_page *)page, "tap: # stuck in: %s", now->text);
            end((struct message_page *)page, 1);
        }
    }
}

static void start_quiet(void)
{
    enum { PAGE = MESSAGE_PAGE + PAGE_SIZE };
    uint32_t *top = (uint32_t *)(void *)(quiet_stack + QUIET_STACK_BYTES - 16);

    must(cap_badge(ENDPOINT, QUIET_SIGNAL, RIGHT_SIGNAL, QUIET_BIT), "the quiet signal");
    must(sys_thread_create(OWN_TASK, QUIET_THREAD, SLOT_NONE, SLOT_NONE, QUIET_PRIORITY, 0, PAGE), "the quiet thread");
    top[1] = PAGE;
    *(struct thread_registers *)message_page->state =
        (struct thread_registers){.eip = (uint32_t)quiet_run, .esp = (uint32_t)top};
    must(sys_thread_write(QUIET_THREAD, THREAD_REGISTERS), "the quiet thread's registers");
    must(sys_thread_resume(QUIET_THREAD), "the quiet thread's start");
}

uint32_t ticks(void)
{
    uint32_t count = 0;
    err_t err = sys_irq_ack(IRQS, IRQ_TICK, &count);

    (void)err;
    return count;
}

/* --------------------------------------------------------------------------------------- frames */

uint32_t fresh_frames(uint32_t count)
{
    uint32_t first = frames_used;

    frames_used += count;
    if (frames_used > FRAMES)
        must(ERR_ARG, "taking frames");
    for (uint32_t i = 0; i < count; i++)
        must(sys_frame_clear(MEMORY, first + i), "clearing a frame");
    return first;
}

void point_restart(uint32_t first)
{
    stacks_used = 0;
    frames_used = first;
}

void frames_donate(uint32_t task_slot, uint32_t count)
{
    for (; count > 0; count--)
        must(sys_task_donate(task_slot, MEMORY, 1, fresh_frames(1)), "donating");
}

void drain(uint32_t task_slot)
{
    for (uint32_t leaf = 128;; leaf++) {
        err_t err = cap_give(LOG, leaf << 8, task_slot, RIGHT_NONE);
        if (err == ERR_ACCOUNT)
            return;
        must(err == ERR_TAKEN ? OK : err, "draining an account");
    }
}

uint32_t account_room(uint32_t task_slot)
{
    uint32_t count = 0;
    err_t err = OK;

    for (; count < ROOM_MAX; count++) {
        err = sys_thread_create(task_slot, ROOM_SLOTS + count, SLOT_NONE, SLOT_NONE, 0, 0,
                                ROOM_ADDRESS + count * PAGE_SIZE);
        if (err)
            break;
    }
    must(err == ERR_ACCOUNT ? OK : err, "filling an account with threads");
    for (uint32_t i = 0; i < count; i++)
        must(sys_cap_delete(ROOM_SLOTS + i), "deleting a thread");
    return count;
}

volatile uint32_t *map_frame(uint32_t address, uint32_t frame, rights_t rights)
{
    err_t err;

    while ((err = sys_vm_map(OWN_TASK, address, rights, MEMORY, 1, frame)) == ERR_ACCOUNT)
        frames_donate(OWN_TASK, message_page->shortfall);
    must(err, "mapping a page");
    return (volatile uint32_t *)address;
}

volatile uint32_t *map_fresh(uint32_t address)
{
    return map_frame(address, fresh_frames(1), READ_WRITE);
}

bool slot_is_free(uint32_t slot)
{
    return sys_cap_revoke(slot) == ERR_CAP;
}

bool page_is_free(uint32_t task_slot, uint32_t address)
{
    return sys_vm_protect(task_slot, address, READ, 1) == ERR_ABSENT;
}

/* -------------------------------------------------------------------------------------- threads */

void thread_prepare(const struct plan *plan)
{
    uint32_t *top = (uint32_t *)(void *)(stacks[stacks_used] + STACK_BYTES - 16);
    err_t err;

    if (++stacks_used > STACKS)
        must(ERR_ARG, "taking a stack");
    while ((err = sys_thread_create(plan->task, plan->slot, plan->endpoint, plan->handler, plan->priority, 0,
                                    plan->page)) == ERR_ACCOUNT)
        frames_donate(plan->task, message_page->shortfall);
    must(err, "making a thread");
    top[0] = (uint32_t)thread_end;
    top[1] = plan->argument;
    *(struct thread_registers *)message_page->state =
        (struct thread_registers){.eip = (uint32_t)plan->run, .esp = (uint32_t)top};
    must(sys_thread_write(plan->slot, THREAD_REGISTERS), "setting a thread's registers");
}

void thread_start(const struct plan *plan)
{
    thread_prepare(plan);
    must(sys_thread_resume(plan->slot), "starting a thread");
}

static uint32_t handler_of(uint32_t k)
{
    err_t err = cap_badge(ENDPOINT, CHILD_HANDLER + k, RIGHT_CALL, BADGE_FAULT + k);

    must(err == ERR_TAKEN ? OK : err, "making a handler");
    return CHILD_HANDLER + k;
}

struct plan own_thread(uint32_t k, void (*run)(uint32_t), uint32_t argument)
{
    return (struct plan){.task = OWN_TASK,
                         .slot = CHILD_THREAD + k,
                         .page = SCRATCH + (SCRATCH_PAGES - 1 - k) * PAGE_SIZE,
                         .handler = handler_of(k),
                         .priority = PRIORITY_CHILD,
                         .run = run,
                         .argument = argument};
}

bool message_number(uint32_t number)
{
    uint32_t flags = number & (IPC_EXTENDED | IPC_REPLY), call = number & ~flags;

    return call == SYS_ipc_reply_wait || (!(flags & IPC_REPLY) && (call == SYS_ipc_call || call == SYS_ipc_reply));
}

/* ------------------------------------------------------------------------------------- children */

extern char program_end[];

/* The pages of our image, with their rights: the text is not writable, the data not executable. */
static void map_image(uint32_t task)
{
    for (uint32_t page = PROGRAM_BASE; page < (uint32_t)program_end; page += PAGE_SIZE) {
        err_t err = sys_vm_map(task, page, READ_EXECUTE, OWN_TASK, 1, page);
        if (err == ERR_RIGHTS)
            err = sys_vm_map(task, page, READ_WRITE, OWN_TASK, 1, page);
        must(err, "mapping a page of the image");
    }
}

/* Of a child's frames 3 become page tables and 1 a leaf of its capability table. */
enum { CHILD_FRAMES = 4 };

void child_make(uint32_t k, uint32_t frames)
{
    uint32_t task = CHILD_TASK + k;

    must(sys_task_create(MEMORY, fresh_frames(1), task), "making a task");
    frames_donate(task, CHILD_FRAMES + frames);
    map_image(task);
    must(cap_give_badge(ENDPOINT, PARENT, task, RIGHT_CALL | RIGHT_SIGNAL | RIGHT_GRANT, BADGE_CHILD + k),
         "giving the parent's endpoint");
}

struct plan child_thread(uint32_t k, void (*run)(uint32_t), uint32_t argument)
{
    return (struct plan){.task = CHILD_TASK + k,
                         .slot = CHILD_THREAD + k,
                         .page = MESSAGE_PAGE,
                         .handler = handler_of(k),
                         .priority = PRIORITY_CHILD,
                         .run = run,
                         .argument = argument};
}

void child_start(uint32_t k, void (*run)(uint32_t), uint32_t argument)
{
    child_make(k, 4);
    struct plan plan = child_thread(k, run, argument);
    thread_start(&plan);
}

/* --------------------------------------------------------------------------------------- events */

/* A quiet signal may be old, from while we waited for something else: only the second one counts. */
struct event event_wait(uint32_t flags)
{
    for (unsigned quiet = 0; quiet < 2;) {
        struct event event = {0};
        progress++;
        event.badge = ipc_reply_wait(flags, &event.words);
        event.kind = message_page->tag & TAG_KIND;
        event.caller = message_page->caller;
        event.call_number = message_page->caller_call_number;
        if (event.badge < 0 || event.kind != TAG_SIGNAL)
            return event;
        event.words.w[0] &= ~(uint32_t)QUIET_BIT;
        if (event.words.w[0])
            return event;
        quiet++;
    }
    return (struct event){.kind = KIND_QUIET};
}

err_t event_reply(const struct event *event, uint32_t flags, const struct words *words)
{
    struct words copy = *words;

    message_page->caller = event->caller;
    message_page->caller_call_number = event->call_number;
    return ipc_reply(flags, &copy);
}

err_t event_reply_word(const struct event *event, uint32_t word)
{
    return event_reply(event, 0, &(struct words){{word}});
}

static void unexpected(const struct event *e, const char *wanted)
{
    failed = true;
    note("tap: # wanted %s, got kind 0x%x badge 0x%x words 0x%x 0x%x 0x%x 0x%x", wanted, (unsigned)e->kind,
         (unsigned)e->badge, (unsigned)e->words.w[0], (unsigned)e->words.w[1], (unsigned)e->words.w[2],
         (unsigned)e->words.w[3]);
}

bool expect_fault(uint32_t k, uint32_t vector, struct event *event)
{
    *event = event_wait(0);
    if (event->kind == TAG_FAULT && event->badge == (int32_t)(BADGE_FAULT + k) && event->words.w[3] == vector)
        return true;
    char text[48];
    format_text(text, sizeof(text), "fault %u of child %u", (unsigned)vector, (unsigned)k);
    unexpected(event, text);
    return false;
}

bool expect_end(uint32_t k)
{
    return expect_ends(1u << k);
}

bool expect_ends(uint32_t set)
{
    while (set) {
        struct event event = event_wait(0);
        uint32_t child = (uint32_t)event.badge - BADGE_FAULT;
        if (event.kind != TAG_FAULT || event.words.w[3] != VECTOR_INVALID_OPCODE ||
            event.words.w[2] != (uint32_t)thread_end || child >= CHILDREN || !(set >> child & 1)) {
            char text[40];
            format_text(text, sizeof(text), "the end of one of 0x%x", (unsigned)set);
            unexpected(&event, text);
            return false;
        }
        set &= ~(1u << child);
    }
    return true;
}

bool expect_quiet(void)
{
    struct event event = event_wait(0);

    if (event.kind == KIND_QUIET)
        return true;
    unexpected(&event, "nothing");
    return false;
}

struct event expect_call(uint32_t badge)
{
    struct event event = event_wait(0);

    if (event.kind != TAG_CALL || event.badge != (int32_t)badge)
        unexpected(&event, "a call");
    return event;
}

void settle(void)
{
    must(sys_endpoint_create(SETTLE_ENDPOINT), "making an endpoint");
    must(sys_object_destroy(SETTLE_ENDPOINT), "destroying an endpoint");
}

uint32_t parent_call(uint32_t word)
{
    struct words words = {{word}};
    err_t err = ipc_call(PARENT, 0, &words);

    return err ? (uint32_t)err : words.w[0];
}

/* --------------------------------------------------------------------------------------- points */

static void clean(void)
{
    for (uint32_t slot = FIRST_SLOT; slot <= LAST_SLOT; slot++)
        if (sys_cap_delete(slot) != ERR_CAP)
            progress++;
    settle();
    for (uint32_t page = 0; page < SCRATCH_PAGES; page += CALL_PAGES_MAX)
        must(sys_vm_unmap(OWN_TASK, SCRATCH + page * PAGE_SIZE, CALL_PAGES_MAX), "unmapping");
    while (ipc_reply_wait(0, &(struct words){{0}}) >= 0 && ((message_page->tag & TAG_KIND) != TAG_SIGNAL))
        progress++;
    point_restart(0);
}

/* Every frame is memory and mapped nowhere: each is donated to a task, and comes back when that ends. */
static bool frames_are_free(void)
{
    bool all = true;

    must(sys_task_create(MEMORY, 0, BALANCE_TASK), "making a task of the first frame");
    for (uint32_t f = 1; f < FRAMES;) {
        uint32_t count = FRAMES - f < CALL_PAGES_MAX ? FRAMES - f : CALL_PAGES_MAX;
        if (!sys_task_donate(BALANCE_TASK, MEMORY, count, f)) {
            f += count;
            continue;
        }
        for (uint32_t end_of_part = f + count; f < end_of_part; f++)
            if (sys_task_donate(BALANCE_TASK, MEMORY, 1, f)) {
                note("tap: # frame %u is not free", (unsigned)f);
                all = false;
            }
    }
    must(sys_cap_delete(BALANCE_TASK), "deleting that task");
    if (!all)
        must(sys_memory_revoke(MEMORY, 0, FRAMES), "revoking everything");
    return all;
}

static void run_once(void)
{
    now->run();
    clean();
    if (!frames_are_free())
        failed = true;
}

static bool point_holds(const struct point *point)
{
    now = point;
    failed = false;
    skipped = NULL;
    run_once();
    if (failed)
        return false;
    uint32_t before = account_room(OWN_TASK);
    run_once();
    return IS(account_room(OWN_TASK), before) && !failed;
}

_Noreturn void points_run(const struct point *points, unsigned count)
{
    unsigned failures = 0;

    now = points;
    note("tap: 1..%u", count);
    for (uint32_t f = FRAMES; f < TEST_FRAMES; f += CALL_PAGES_MAX)
        must(sys_task_donate(OWN_TASK, MEMORY, CALL_PAGES_MAX, f), "donating to us");
    start_quiet();
    for (unsigned i = 0; i < count; i++) {
        bool good = point_holds(&points[i]);
        failures += !good;
        note("tap: %sok %u - %s%s%s", good ? "" : "not ", i + 1, points[i].text, good && skipped ? " # SKIP " : "",
             good && skipped ? skipped : "");
    }
    end(message_page, failures);
}
