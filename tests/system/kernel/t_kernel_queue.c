/* Waiting callers: in queues, in rings, for late servers, with messages that become invalid. */
#include "tests/system/kernel/messages.h"

enum {
    A = FIRST_SLOT,  /* three slots */
    SERVICE = A + 4, /* our endpoint, which a thread serves */
    EMPTY = 100,
    OWN_A = 20, /* a slot in the children's tables */
    CALLERS = 8,
    WINDOW = SCRATCH + 0x10000,
};

static void asks_once(uint32_t unused)
{
    (void)unused;
    result((int32_t)parent_call(0));
}

static void calls_thrice(uint32_t slot)
{
    for (uint32_t i = 0; i < 3; i++)
        result(call(slot));
}

/* Serves SERVICE: replies with the badge, `count` times. */
static void serves(uint32_t count)
{
    struct words words = {{0}};
    int32_t badge = ipc_reply_wait(0, &words);

    for (uint32_t i = 0; i < count && badge >= 0; i++) {
        words.w[0] = (uint32_t)badge;
        badge = ipc_reply_wait(IPC_REPLY, &words);
        if (badge == ERR_STALE)
            badge = ipc_reply_wait(0, &words);
    }
    result(badge);
}

static void calls_service(uint32_t count)
{
    uint32_t good = 0;

    for (uint32_t i = 0; i < count; i++) {
        struct words words = {{0}};
        good += ipc_call(OWN_A, 0, &words) == OK && words.w[0] == count;
    }
    result((int32_t)good);
}

/* Clients that call, are destroyed while they wait or are served, and are replaced. */
static void a_server_outlives_its_clients(void)
{
    enum { SERVER = 9 };

    results_count = 0;
    IS(sys_endpoint_create(SERVICE), OK);
    start_with(SERVER, serves, 0x7fffffff, SERVICE);
    for (uint32_t k = 0; k < CALLERS; k++) {
        child_make(k, 4);
        give(SERVICE, k, OWN_A, RIGHT_CALL, 100 + k);
        struct plan plan = child_thread(k, calls_service, 100 + k);
        plan.priority = k & 1 ? PRIORITY_CHILD : PRIORITY_CHILD - 1;
        thread_start(&plan);
    }
    for (uint32_t k = 0; k < CALLERS; k += 2)
        IS(sys_object_destroy(CHILD_TASK + k), OK);
    expect_ends(0xaa);
    IS(results_count, CALLERS / 2);
    uint32_t good = 0;
    for (uint32_t i = 0; i < CALLERS / 2; i++)
        good += (uint32_t)results[i];
    IS(good, 101 + 103 + 105 + 107);
    IS(sys_object_destroy(SERVICE), OK);
    expect_end(SERVER);
}

/* Each calls the next one's endpoint, so none ever gets a reply. The test destroys one: its caller gets ERR_DEAD. */
static void rings_can_be_broken(void)
{
    enum { RING = 3 };

    results_count = 0;
    for (uint32_t k = 0; k < RING; k++)
        IS(sys_endpoint_create(A + k), OK);
    for (uint32_t k = 0; k < RING; k++) {
        child_make(k, 4);
        give(A + (k + 1) % RING, k, OWN_A, RIGHT_CALL, 1 + k);
        struct plan plan = child_thread(k, calls_service, 1);
        plan.endpoint = A + k;
        thread_start(&plan);
    }
    expect_quiet();
    IS(results_count, 0);
    IS(sys_object_destroy(CHILD_TASK + 1), OK);
    expect_quiet(); /* the endpoint belongs to the test: the caller still waits there */
    IS(sys_object_destroy(A + 1), OK);
    expect_end(0);
    IS(results[0], 0);
    IS(sys_object_destroy(CHILD_TASK + 2), OK);
    expect_quiet();
}

static void calls_itself(uint32_t unused)
{
    (void)unused;
    result(call(OWN_A));
}

static void a_call_to_oneself_is_killable(void)
{
    results_count = 0;
    IS(sys_endpoint_create(A), OK);
    child_make(0, 4);
    give(A, 0, OWN_A, RIGHT_CALL, 1);
    struct plan plan = child_thread(0, calls_itself, 0);
    plan.endpoint = A;
    thread_start(&plan);
    expect_quiet();
    IS(sys_object_destroy(A), OK);
    expect_end(0);
    IS(results[0], ERR_DEAD);
}

/* A flood from one client does not keep others from being served: first in, first out. */
static void queued_callers_are_served_in_order(void)
{
    for (uint32_t k = 0; k < CALLERS; k++) {
        child_make(k, 4);
        struct plan plan = child_thread(k, asks_once, 0);
        plan.priority = PRIORITY_CHILD + 1 - k / 4;
        thread_prepare(&plan);
    }
    struct plan low = own_thread(9, calls_thrice, EMPTY);
    low.priority = 2;
    for (uint32_t k = 0; k < CALLERS; k++)
        IS(sys_thread_resume(CHILD_THREAD + k), OK);
    thread_start(&low);
    for (uint32_t k = 0; k < CALLERS; k++)
        expect_call(BADGE_CHILD + k);
    expect_end(9);
}

/* When the capability of a queued caller is revoked, its call fails. */
static void revoking_a_queued_callers_capability(void)
{
    results_count = 0;
    IS(sys_endpoint_create(SERVICE), OK);
    IS(cap_copy(SERVICE, A, RIGHT_CALL), OK);
    child_make(0, 4);
    give(A, 0, OWN_A, RIGHT_CALL, 100);
    struct plan plan = child_thread(0, calls_service, 100);
    thread_start(&plan);
    expect_quiet();
    IS(sys_cap_revoke(A), OK);
    start_with(1, serves, 1, SERVICE);
    expect_end(0); /* its other 99 calls fail, too */
    IS(results[0], 0);
}

/* ------------------------------------------------------------------------------- queued senders */

static struct item queued_item;

static void sends_queued(uint32_t page_address)
{
    struct message_page *page = (struct message_page *)page_address;
    struct words words = {{0}};

    page->items[0] = queued_item;
    page->tag = TAG(0, 1);
    result(ipc_call(PARENT, IPC_EXTENDED, &words));
}

static void nothing(uint32_t unused)
{
    (void)unused;
}

/* More than a receiver tries in one step: each is refused, and none is received. */
static void many_queued_are_refused(void)
{
    enum { MANY = 40 };
    uint32_t refused = 0;

    results_count = 0;
    queued_item = item_cap(500, RIGHT_CALL, 0);
    child_make(0, 60);
    for (uint32_t i = 0; i < MANY; i++) {
        struct plan plan = child_thread(0, sends_queued, SCRATCH + i * PAGE_SIZE);
        plan.slot = 300 + i;
        plan.page = plan.argument;
        thread_start(&plan);
    }
    struct plan last = own_thread(1, nothing, 0);
    last.priority = 2;
    thread_start(&last);
    for (uint32_t i = 0; i < MANY; i++)
        expect_end(0);
    expect_end(1);
    for (uint32_t i = 0; i < MANY; i++)
        refused += results[i] == ERR_CAP;
    IS(refused, MANY);
    for (uint32_t i = 0; i < MANY; i++)
        IS(sys_cap_delete(300 + i), OK);
}

/* The page is revoked while the message is queued. */
static void a_page_revoked_in_flight(void)
{
    uint32_t frame = fresh_frames(1);

    results_count = 0;
    queued_item = item_address(SCRATCH, READ, 1, WINDOW);
    child_make(0, 8);
    IS(sys_vm_map(CHILD_TASK, SCRATCH, READ | RIGHT_GRANT, MEMORY, 1, frame), OK);
    struct plan plan = child_thread(0, sends_queued, MESSAGE_PAGE);
    plan.priority = PRIORITY_TEST;
    thread_start(&plan);
    IS(sys_thread_yield(), OK); /* it calls; we do not receive yet */
    IS(sys_memory_revoke(MEMORY, frame, 1), OK);
    struct event event = event_wait(ipc_window(WINDOW, 4));
    IS(event.kind, TAG_FAULT); /* its end, not its call */
    IS(results[0], ERR_ABSENT);
    HOLDS(page_is_free(OWN_TASK, WINDOW));
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct point points[] = {
        {"a server outlives clients that end in the middle", a_server_outlives_its_clients},
        {"a ring of calls can be broken", rings_can_be_broken},
        {"a call to oneself can be ended", a_call_to_oneself_is_killable},
        {"queued callers are served in order", queued_callers_are_served_in_order},
        {"a capability revoked while its call is queued", revoking_a_queued_callers_capability},
        {"40 queued senders are refused, each once", many_queued_are_refused},
        {"a page is revoked while its message is in flight", a_page_revoked_in_flight},
    };

    (void)ebx, (void)esi, (void)edi;
    POINTS_RUN(points);
}
