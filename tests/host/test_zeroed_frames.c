/*
 * A frame is zeroed for the kernel when no processor may write to it any more. An interrupted donation continues in the
 * same event that has just unmapped the frame, before the other processor has been told.
 * defines: HOST_STEP_NODES=4
 * sources: kernel-core tests/host/kernel_world.c tests/host/two_processors.c
 */
#include "kernel/sys/event.h"
#include "tests/host/check.h"
#include "tests/host/two_processors.h"

#include <setjmp.h>

enum { ENDPOINT = 20, SERVER, FAULTER, TASK, PRIORITY = PRIORITY_COUNT - 1 };
enum { PAGE = 0x40000000, PAGES = 3, FRAME = WORLD_USER, OTHER_FRAME = FRAME + PAGES };

extern void (*host_on_ipi)(void);

static struct thread *server, *faulter;
static jmp_buf interrupted;
static bool heard;

static struct thread *make(uint32_t slot, uint32_t receives, uint32_t handler, uint32_t cpu)
{
    CHECK(FIRST(SYS_thread_create, WORLD_TASK, slot | receives << 16, handler | PRIORITY << 16 | cpu << 24,
                slot * 0x10000) == OK);
    CHECK(FIRST(SYS_thread_resume, slot, 0) == OK);
    return AT(struct thread, slot_object(cspace_slot(&AT(struct task, first->task)->cspace, slot)));
}

static struct thread *on(unsigned cpu, struct thread *thread, uint32_t head, const uint32_t arguments[4])
{
    host_cpu = cpu;
    struct thread *next = world_syscall(thread, head, arguments);
    host_cpu = 0;
    return next;
}

static const uint32_t none[4] = {0};

static void begin(void)
{
    pair_boot();
    heard = false;
    CHECK(FIRST(SYS_endpoint_create, 0, ENDPOINT) == OK);
    CHECK(FIRST(SYS_task_create, WORLD_MEMORY, OTHER_FRAME + 1, TASK) == OK);
    server = make(SERVER, ENDPOINT, 0, 0);
    faulter = make(FAULTER, 0, ENDPOINT, 1);
}

static void leave(unsigned step)
{
    (void)step;
    longjmp(interrupted, 1);
}

/* Until the IPI arrives, the second processor writes to the frame. */
static void hears(void)
{
    CHECK(frame_at(FRAME)->kind == FRAME_USER && !(frame_at(FRAME)->mappings.flags & NODE_CLEAR));
    heard = true;
}

/* An interrupt comes after the first step of a donation, in which the frame was zeroed; then the frame is mapped. */
static void interrupt_donation(void)
{
    pair_between = leave;
    if (setjmp(interrupted) == 0)
        FIRST(SYS_task_donate, TASK, WORLD_MEMORY | PAGES << 16, FRAME);
    pair_between = NULL;
    host_cpu = 0;
    CHECK(first->restarting && frame_at(FRAME)->mappings.flags & NODE_CLEAR);
    CHECK(SECOND(SYS_vm_map, WORLD_TASK, PAGE | RIGHT_READ | RIGHT_WRITE, 1 | WORLD_MEMORY << 16, FRAME) == OK);
    host_on_ipi = hears;
}

static void end(void)
{
    CHECK(heard && first->registers.eax == OK && frame_at(FRAME)->kind == FRAME_SPARE);
    host_on_ipi = NULL;
    CHECK(FIRST(SYS_object_destroy, TASK, 0) == OK && FIRST(SYS_object_destroy, SERVER, 0) == OK);
    CHECK(FIRST(SYS_object_destroy, FAULTER, 0) == OK);
    pair_end();
}

/* The reply to a fault on the second processor replaces the page. Its sender then waits, so the donation continues. */
static void after_a_reply(void)
{
    begin();
    CHECK(on(0, first, SYS_thread_yield, none) == server && on(0, server, SYS_ipc_reply_wait, none) == first);
    CHECK(on(1, second, SYS_thread_yield, none) == faulter);
    host_cpu = 1;
    faulter->registers.vector = VECTOR_PAGE_FAULT;
    CHECK(event_fault(faulter, PAGE) == second);
    host_cpu = 0;
    interrupt_donation();
    CHECK(event_tick(NULL) == server);
    thread_page(server)->items[0] = (struct item){
        .slot = WORLD_MEMORY, .rights = RIGHT_READ, .kind = ITEM_MEMORY, .pages = 1, .from = OTHER_FRAME, .to = PAGE};
    thread_page(server)->tag = TAG(0, 1);
    CHECK(on(0, server, SYS_ipc_reply_wait | IPC_REPLY | IPC_EXTENDED, none) == first && !faulter->faulting);
    end();
}

/* The donor was stopped, and is resumed while a thread of lower priority calls vm_unmap. */
static void after_a_call(void)
{
    begin();
    CHECK(FIRST(SYS_thread_schedule, SERVER, PRIORITY - 1, 0) == OK);
    interrupt_donation();
    CHECK(SECOND(SYS_thread_stop, WORLD_THREAD, 0) == OK && event_reschedule(NULL) == server);
    CHECK(SECOND(SYS_thread_resume, WORLD_THREAD, 0) == OK);
    CHECK(on(0, server, SYS_vm_unmap | WORLD_TASK << SLOT_SHIFT, (const uint32_t[4]){PAGE, 1}) == first);
    CHECK(server->registers.eax == OK);
    end();
}

int main(void)
{
    after_a_reply();
    after_a_call();
    puts("test_zeroed_frames: they are not written to afterwards");
}
