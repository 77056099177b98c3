/* Fault handlers: the effects of their replies; threads with no handler, with a dead one, or that are their own. */
#include "tests/system/kernel/kernel_test.h"

enum {
    A = FIRST_SLOT,
    SERVICE,
    UNMAPPED = 0x20010000,
    INVALID_OPCODE = 6,
};

static volatile uint32_t seen[8];

static struct thread_registers *registers(void)
{
    return (struct thread_registers *)message_page->state;
}

static void stops_with_invalid_opcode(uint32_t unused)
{
    (void)unused;
    __asm__ volatile("ud2");
}

static void breaks(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        __asm__ volatile("int3");
}

static err_t reply_page(const struct event *event, struct item item, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        message_page->items[i] = item;
    return event_reply(event, ipc_extend(0, count), &(struct words){{0}});
}

static void toucher(uint32_t address)
{
    seen[0] = *(volatile uint32_t *)address;
}

static void replies_bring_pages(void)
{
    uint32_t frame = fresh_frames(3);
    struct event event;
    struct item item = item_memory(MEMORY, READ, frame, 1, UNMAPPED);

    map_frame(SCRATCH, frame, READ_WRITE)[3] = 123;
    child_start(0, toucher, UNMAPPED + 12);
    frames_donate(CHILD_TASK, 4);
    HOLDS(expect_fault(0, VECTOR_PAGE_FAULT, &event));
    IS(event.words.w[0], UNMAPPED + 12);
    IS(reply_page(&event, item_memory(MEMORY, READ, frame, 2, UNMAPPED), 1), ERR_WINDOW);
    IS(reply_page(&event, item_cap(LOG, 0, 0), 1), ERR_RIGHTS); /* the log may not be granted */
    IS(reply_page(&event, item_cap(ENDPOINT, RIGHT_CALL, 1), 1), ERR_WINDOW);
    IS(reply_page(&event, item, 2), ERR_TAKEN);
    item.to = UNMAPPED + PAGE_SIZE;
    IS(reply_page(&event, item, 1), ERR_WINDOW);
    item.to = UNMAPPED + 12; /* the fault's address, not that of its page */
    IS(reply_page(&event, item, 1), ERR_WINDOW);
    item.to = UNMAPPED;
    HOLDS(page_is_free(CHILD_TASK, UNMAPPED));
    IS(event_reply_word(&event, 0), OK); /* a reply without a page */
    HOLDS(expect_fault(0, VECTOR_PAGE_FAULT, &event));
    IS(reply_page(&event, item, 1), OK);
    expect_end(0);
    IS(seen[0], 123);
    HOLDS(page_is_free(CHILD_TASK, UNMAPPED + PAGE_SIZE));
}

static void writer(uint32_t address)
{
    *(volatile uint32_t *)address = 5;
    seen[1] = *(volatile uint32_t *)(address + 4);
}

/* Copy on write: the reply replaces the read-only page. */
static void replies_replace_pages(void)
{
    uint32_t frame = fresh_frames(2);
    struct event event;

    map_frame(SCRATCH, frame, READ_WRITE)[1] = 66;
    map_frame(SCRATCH + PAGE_SIZE, frame + 1, READ_WRITE)[1] = 67;
    child_make(0, 8);
    IS(sys_vm_map(CHILD_TASK, UNMAPPED, READ, MEMORY, 1, frame), OK);
    struct plan plan = child_thread(0, writer, UNMAPPED);
    thread_start(&plan);
    HOLDS(expect_fault(0, VECTOR_PAGE_FAULT, &event));
    IS(event.words.w[1], FAULT_USER | FAULT_WRITE | FAULT_PRESENT);
    IS(reply_page(&event, item_memory(MEMORY, READ_WRITE, frame + 1, 1, UNMAPPED), 1), OK);
    expect_end(0);
    IS(seen[1], 67);
    IS(*(volatile uint32_t *)SCRATCH, 0);
    IS(*(volatile uint32_t *)(SCRATCH + PAGE_SIZE), 5);
}

/* A page whose mapping has more than 64 descendants is not replaced in one call. */
static void grants_many(uint32_t page)
{
    struct words words = {{0}};

    for (uint32_t i = 0; i < 70; i++) {
        message_page->items[0] = item_address(page, READ, 1, SCRATCH + i * PAGE_SIZE);
        seen[2] += (uint32_t)ipc_call(PARENT, ipc_extend(0, 1), &words);
    }
    *(volatile uint32_t *)page = 1;
}

static void replies_do_not_replace_busy_pages(void)
{
    uint32_t frame = fresh_frames(2);
    struct event event;

    seen[2] = 0;
    child_make(0, 8);
    IS(sys_vm_map(CHILD_TASK, UNMAPPED, READ | RIGHT_GRANT, MEMORY, 1, frame), OK);
    struct plan plan = child_thread(0, grants_many, UNMAPPED);
    thread_start(&plan);
    for (uint32_t i = 0; i < 70; i++) {
        event = event_wait(ipc_window(SCRATCH, 100));
        IS(event.kind, TAG_CALL);
        IS(event_reply_word(&event, 0), OK);
    }
    HOLDS(expect_fault(0, VECTOR_PAGE_FAULT, &event));
    IS(seen[2], 0);
    struct item item = item_memory(MEMORY, READ_WRITE, frame + 1, 1, UNMAPPED);
    IS(reply_page(&event, item, 1), ERR_BUSY);
    message_page->caller = event.caller;
    message_page->caller_call_number = event.call_number;
    IS(ipc_reply_wait(IPC_REPLY | ipc_extend(0, 1), &(struct words){{0}}), ERR_BUSY);
    HOLDS(!page_is_free(OWN_TASK, SCRATCH + 69 * PAGE_SIZE));
    IS(sys_vm_unmap(OWN_TASK, SCRATCH, 6), OK);
    IS(reply_page(&event, item, 1), OK);
    HOLDS(page_is_free(OWN_TASK, SCRATCH + 69 * PAGE_SIZE));
    expect_end(0);
}

static void other_faults_take_no_page(void)
{
    struct item item = item_memory(MEMORY, READ, fresh_frames(1), 1, 0);
    struct event event;

    child_start(0, stops_with_invalid_opcode, 0);
    HOLDS(expect_fault(0, INVALID_OPCODE, &event));
    IS(reply_page(&event, item, 1), ERR_WINDOW); /* nor at 0, though the fault has no other address */
    item.to = UNMAPPED;
    IS(reply_page(&event, item, 1), ERR_WINDOW);
    IS(sys_thread_read(CHILD_THREAD, THREAD_REGISTERS), OK);
    HOLDS(registers()->eip >= (uint32_t)stops_with_invalid_opcode &&
          registers()->eip < (uint32_t)stops_with_invalid_opcode + 32);
    registers()->eip = (uint32_t)thread_end;
    IS(sys_thread_write(CHILD_THREAD, THREAD_REGISTERS), OK);
    IS(event_reply_word(&event, 0), OK);
    expect_end(0);
}

static void kernel_pages_cannot_be_replies(void)
{
    struct event event;

    child_start(0, toucher, 0xc0200000);
    HOLDS(expect_fault(0, VECTOR_PAGE_FAULT, &event));
    IS(reply_page(&event, item_memory(MEMORY, READ, fresh_frames(1), 1, 0xc0200000), 1), ERR_WINDOW);
}

/* ------------------------------------------------------------------------------------- handlers */

static void threads_without_handlers_are_stopped(void)
{
    child_make(0, 4);
    struct plan plan = child_thread(0, toucher, UNMAPPED);
    plan.handler = 0;
    thread_start(&plan);
    expect_quiet();
    IS(sys_thread_read(CHILD_THREAD, THREAD_REGISTERS), OK);
    HOLDS(registers()->eip >= (uint32_t)toucher && registers()->eip < (uint32_t)toucher + 64);
}

static void threads_of_dead_handlers_are_stopped(void)
{
    IS(sys_endpoint_create(SERVICE), OK);
    child_make(0, 4);
    for (uint32_t k = 0; k < 2; k++) { /* one waits behind the other, which is served first */
        struct plan plan = child_thread(0, toucher, UNMAPPED);
        plan.handler = SERVICE;
        plan.slot = A + 20 + k;
        plan.page = MESSAGE_PAGE + k * PAGE_SIZE;
        thread_prepare(&plan);
    }
    IS(sys_thread_resume(A + 20), OK);
    expect_quiet();
    IS(sys_object_destroy(SERVICE), OK);
    IS(sys_thread_resume(A + 21), OK);
    expect_quiet();
    for (uint32_t k = 0; k < 2; k++) {
        IS(sys_thread_read(A + 20 + k, THREAD_REGISTERS), OK);
        HOLDS(registers()->eip >= (uint32_t)toucher && registers()->eip < (uint32_t)toucher + 64);
    }
    IS(sys_thread_resume(A + 20), OK); /* it faults again */
    expect_quiet();
}

/* Handler and client in one: the thread serves SERVICE, which its own faults go to. */
static void pager_that_faults(uint32_t unused)
{
    struct words words = {{0}};
    int32_t badge;

    (void)unused;
    badge = ipc_reply_wait(0, &words);
    seen[3] = (uint32_t)badge;
    seen[4] = *(volatile uint32_t *)UNMAPPED;
}

static void a_pager_that_faults_on_itself(void)
{
    IS(sys_endpoint_create(SERVICE), OK);
    child_make(0, 4);
    struct plan pager = child_thread(0, pager_that_faults, 0);
    pager.handler = pager.endpoint = SERVICE;
    thread_start(&pager);
    child_make(1, 4);
    struct plan client = child_thread(1, toucher, UNMAPPED);
    client.handler = SERVICE;
    thread_start(&client);
    expect_quiet(); /* both wait, and no other thread is disturbed */
    IS(sys_object_destroy(CHILD_TASK), OK);
    expect_quiet();
    IS(sys_object_destroy(SERVICE), OK);
    IS(sys_thread_read(CHILD_THREAD + 1, THREAD_REGISTERS), OK);
}

static void keeps_calling(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        seen[5] += parent_call(i) == 1;
}

static void only_its_handler_gets_faults(void)
{
    uint32_t faults = 0;

    seen[5] = 0;
    child_start(0, breaks, 9);
    child_start(1, keeps_calling, 8);
    for (uint32_t i = 0; i < 16; i++) {
        struct event event = event_wait(0);
        faults += event.kind == TAG_FAULT && event.badge == BADGE_FAULT && event.words.w[3] == 3;
        IS(event_reply_word(&event, 1), OK);
    }
    IS(faults, 8);
    IS(seen[5], 7 + (seen[5] == 8));
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct point points[] = {
        {"a reply brings the page, and only that", replies_bring_pages},
        {"a reply replaces a page", replies_replace_pages},
        {"a reply does not replace a page with many descendants", replies_do_not_replace_busy_pages},
        {"replies to other faults bring no page", other_faults_take_no_page},
        {"no page is mapped at a kernel address", kernel_pages_cannot_be_replies},
        {"a thread without a handler is stopped", threads_without_handlers_are_stopped},
        {"threads whose handler was destroyed are stopped", threads_of_dead_handlers_are_stopped},
        {"a pager that faults on itself", a_pager_that_faults_on_itself},
        {"only the thread's handler gets its faults", only_its_handler_gets_faults},
    };

    (void)ebx, (void)esi, (void)edi;
    POINTS_RUN(points);
}
