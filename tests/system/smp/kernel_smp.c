#include "tests/system/smp/kernel_smp.h"

enum { PATIENCE = 10 * TICKS_PER_SECOND, LINGER = 10000, STACK_BYTES = 2048 };

static _Alignas(16) char stacks[CREW_MAX][STACK_BYTES];

static struct {
    volatile uint32_t count;
    volatile int32_t line, got, wanted;
} wrong;

uint32_t cpu_count(void)
{
    return ((const struct boot_page *)BOOT_PAGE)->cpu_count;
}

uint32_t rounds(uint32_t on_two)
{
    return 2 * on_two / cpu_count();
}

bool sure(int32_t got, int32_t wanted, int line)
{
    if (got == wanted)
        return true;
    if (__atomic_fetch_add(&wrong.count, 1, __ATOMIC_SEQ_CST) == 0) {
        wrong.line = line;
        wrong.got = got;
        wrong.wanted = wanted;
    }
    return false;
}

void linger(void)
{
    for (uint32_t i = 0; i < LINGER; i++)
        __asm__ volatile("" : : : "memory");
}

bool advances_by(const volatile uint32_t *counter, uint32_t steps)
{
    return advances_from(counter, *counter, steps);
}

bool advances_from(const volatile uint32_t *counter, uint32_t from, uint32_t steps)
{
    uint32_t begin = ticks();

    while (*counter - from < steps) {
        if (ticks() - begin > PATIENCE)
            return false;
        err_t always_ok = sys_thread_yield();
        (void)always_ok;
    }
    return true;
}

void driver_make(void)
{
    wrong.count = 0;
    IS(sys_endpoint_create(DRIVER_ENDPOINT), OK);
}

void crew_set_fault_handler(uint32_t endpoint)
{
    for (uint32_t k = 0; k < CREW_MAX; k++)
        IS(cap_badge(endpoint, CREW_HANDLER + k, RIGHT_CALL, BADGE_FAULT + k), OK);
}

struct plan crew_plan(uint32_t k, void (*run)(uint32_t))
{
    struct plan plan = own_thread(CREW + k, run, k);

    plan.handler = CREW_HANDLER + k;
    return plan;
}

void crew_prepare(uint32_t k, struct plan plan, uint32_t cpu)
{
    err_t err = cap_badge(DRIVER_ENDPOINT, CREW_HANDLER + k, RIGHT_CALL, BADGE_FAULT + k);

    IS(err == ERR_TAKEN ? OK : err, OK);
    plan.handler = CREW_HANDLER + k;
    thread_prepare(&plan);
    IS(sys_thread_schedule(plan.slot, plan.priority, cpu), OK);
}

void crew_start(uint32_t k, struct plan plan, uint32_t cpu)
{
    crew_prepare(k, plan, cpu);
    IS(sys_thread_resume(plan.slot), OK);
}

static void wait_for_driver(void)
{
    uint32_t begin = ticks();
    struct event event;

    do
        event = event_wait(0);
    while (event.kind == KIND_QUIET && ticks() - begin < 2 * PATIENCE);
    HOLDS(event.kind == TAG_FAULT && event.badge == BADGE_FAULT + DRIVER);
    if (!IS(event.words.w[2], (uint32_t)thread_end))
        note("tap: # kind 0x%x badge 0x%x words 0x%x 0x%x 0x%x 0x%x", (unsigned)event.kind, (unsigned)event.badge,
             (unsigned)event.words.w[0], (unsigned)event.words.w[1], (unsigned)event.words.w[2],
             (unsigned)event.words.w[3]);
}

void drive(void (*run)(uint32_t))
{
    struct plan plan = own_thread(DRIVER, run, 0);

    plan.endpoint = DRIVER_ENDPOINT;
    thread_start(&plan);
    wait_for_driver();
    if (!IS(wrong.count, 0))
        note("tap: # first in line %d: is %d (0x%x), not %d", (int)wrong.line, (int)wrong.got, (unsigned)wrong.got,
             (int)wrong.wanted);
}

/* Replies to the caller that the page names, if `flags` says so, and waits. */
static struct event reply_wait(uint32_t flags)
{
    struct event event = {0};

    event.badge = ipc_reply_wait(flags, &event.words);
    event.kind = driver_page->tag & TAG_KIND;
    event.caller = driver_page->caller;
    event.call_number = driver_page->caller_call_number;
    return event;
}

struct event driver_wait(void)
{
    return reply_wait(0);
}

struct event driver_reply_wait(const struct event *event, uint32_t flags)
{
    driver_page->caller = event->caller;
    driver_page->caller_call_number = event->call_number;
    return reply_wait(IPC_REPLY | flags);
}

err_t driver_reply(const struct event *event, uint32_t flags)
{
    struct words words = event->words;

    driver_page->caller = event->caller;
    driver_page->caller_call_number = event->call_number;
    return ipc_reply(flags, &words);
}

err_t driver_grant(const struct event *event, uint32_t address, rights_t rights)
{
    driver_page->items[0] = item_address(address, rights, 1, address);
    driver_page->tag = TAG(0, 1);
    return driver_reply(event, IPC_EXTENDED);
}

extern char program_end[];

/* The image's text, page by page; what is not executable is its data. */
static void map_image(uint32_t task)
{
    uint32_t page = PROGRAM_BASE;

    while (sys_vm_map(task, page, READ_EXECUTE, OWN_TASK, 1, page) == OK)
        page += PAGE_SIZE;
    uint32_t pages = (((uint32_t)program_end - page - 1) >> PAGE_BITS) + 1;
    SAME(sys_vm_map(task, page, READ_WRITE, OWN_TASK, pages, page), OK);
}

void task_build(uint32_t task, uint32_t first, uint32_t frames)
{
    SAME(sys_task_create(MEMORY, first, task), OK);
    SAME(sys_task_donate(task, MEMORY, frames - 1, first + 1), OK);
    map_image(task);
}

void thread_build_stopped(uint32_t k, const struct plan *plan, uint32_t cpu)
{
    uint32_t *top = (uint32_t *)(void *)(stacks[k] + STACK_BYTES - 16);

    top[0] = (uint32_t)thread_end;
    top[1] = plan->argument;
    SAME(sys_thread_create(plan->task, plan->slot, plan->endpoint, plan->handler, plan->priority, cpu, plan->page), OK);
    *(struct thread_registers *)driver_page->state =
        (struct thread_registers){.eip = (uint32_t)plan->run, .esp = (uint32_t)top};
    SAME(sys_thread_write(plan->slot, THREAD_REGISTERS), OK);
}

void thread_build(uint32_t k, const struct plan *plan, uint32_t cpu)
{
    thread_build_stopped(k, plan, cpu);
    SAME(sys_thread_resume(plan->slot), OK);
}
