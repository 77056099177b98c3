/* Tasks and objects: who destroys them, and what happens to threads that wait for them. */
#include "tests/system/kernel/kernel_test.h"

enum {
    A = FIRST_SLOT,
    B,
    C,
    SERVER_ENDPOINT, /* our endpoint, granted to a child */
    EMPTY = 100,
    DEEP = 0x2000,
    CHILD_OWN = 20, /* slots in the children's tables */
    CHILD_SECOND,
};

static volatile int32_t results[32];
static volatile uint32_t results_count;

static void result(int32_t value)
{
    results[results_count++ % 32] = value;
}

/* ------------------------------------------------------------------------------------ refusals */

static void object_destroy_refuses(void)
{
    child_make(0, 2);
    IS(sys_object_destroy(EMPTY), ERR_CAP);
    IS(sys_object_destroy(0), ERR_CAP);
    IS(sys_object_destroy(0xffff), ERR_CAP);
    IS(sys_object_destroy(MEMORY), ERR_CAP); /* a range is no object */
    IS(sys_object_destroy(LOG), ERR_CAP);
    IS(sys_object_destroy(OWN_TASK), ERR_RIGHTS);
    IS(sys_object_destroy(ENDPOINT), ERR_RIGHTS);
    IS(cap_copy(CHILD_TASK, A, RIGHT_CONTROL | RIGHT_GRANT), OK);
    IS(sys_object_destroy(A), ERR_RIGHTS);
    IS(sys_vm_unmap(CHILD_TASK, SCRATCH, 1), OK); /* the task lives */
    IS(cap_copy(CHILD_TASK, B, RIGHT_OWN), OK);
    IS(sys_object_destroy(B), OK); /* this right suffices */
    HOLDS(slot_is_free(A) && slot_is_free(B) && slot_is_free(CHILD_TASK));
}

/* In a child without spare frames; the test donates some in between. */
static void makes_objects_without_frames(uint32_t unused)
{
    (void)unused;
    result(sys_endpoint_create(CHILD_OWN));
    result((int32_t)message_page->shortfall);
    parent_call(1);
    result(sys_endpoint_create(CHILD_OWN));
    result(sys_endpoint_create(CHILD_OWN));
    result(sys_endpoint_create(0));
    result(sys_endpoint_create(SLOT_COUNT));
    result(sys_endpoint_create(0xffffffff));
    result(sys_endpoint_create(CHILD_SECOND)); /* 64 to a frame: no frame is taken */
    result(sys_endpoint_create(DEEP));         /* in a new leaf */
    result((int32_t)message_page->shortfall);
    result(sys_task_create(CHILD_OWN + 5, 0, DEEP));
    result((int32_t)message_page->shortfall);
    parent_call(2);
    result(sys_endpoint_create(DEEP));
}

static void makers_pay_for_their_objects(void)
{
    static const int32_t wanted[] = {
        ERR_ACCOUNT, 1, OK, ERR_TAKEN, ERR_ARG, ERR_ARG, ERR_ARG, OK, ERR_ACCOUNT, 1, ERR_ACCOUNT, 1, OK,
    };
    enum { COUNT = sizeof(wanted) / sizeof(wanted[0]) };

    results_count = 0;
    child_make(0, 4);
    struct plan plan = child_thread(0, makes_objects_without_frames, 0);
    thread_prepare(&plan);
    drain(CHILD_TASK);
    IS(sys_cap_derive(MEMORY, CHILD_OWN + 5, CHILD_TASK, READ_WRITE | RIGHT_OWN, fresh_frames(1), 1), OK);
    IS(sys_thread_resume(CHILD_THREAD), OK);
    struct event event = expect_call(BADGE_CHILD);
    frames_donate(CHILD_TASK, 1);
    IS(event_reply_word(&event, 0), OK);
    event = expect_call(BADGE_CHILD);
    frames_donate(CHILD_TASK, 1);
    IS(event_reply_word(&event, 0), OK);
    expect_end(0);
    for (uint32_t i = 0; i < COUNT; i++)
        IS(results[i], wanted[i]);
    IS(results_count, COUNT);
}

/* ------------------------------------------------------------------------------- self-made ends */

static void destroys_itself(uint32_t how)
{
    err_t err = how ? sys_object_destroy(CHILD_OWN) : sys_cap_delete(CHILD_OWN);

    result(err); /* never */
}

static void a_task_may_end_itself(void)
{
    results_count = 0;
    for (uint32_t how = 0; how < 2; how++) {
        child_make(how, 4);
        struct plan plan = child_thread(how, destroys_itself, how);
        thread_prepare(&plan);
        IS(cap_give(CHILD_TASK + how, CHILD_OWN, CHILD_TASK + how, RIGHT_ALL & 25), OK);
        IS(sys_thread_resume(CHILD_THREAD + how), OK);
        if (how)
            expect_quiet();
        else
            expect_end(0); /* deleting a derived capability deletes only that */
        settle();
        IS(slot_is_free(CHILD_TASK + how), how);
        IS(slot_is_free(CHILD_THREAD + how), how);
    }
    IS(results_count, 1);
}

/* The child's first capabilities for an endpoint and a thread are deleted with its table. */
static void makes_an_endpoint(uint32_t unused)
{
    (void)unused;
    result(sys_endpoint_create(CHILD_OWN));
    message_page->items[0] = item_cap(CHILD_OWN, RIGHT_CALL | RIGHT_SIGNAL, 77);
    message_page->tag = TAG(0, 1);
    struct words words = {{0}};
    result(ipc_call(PARENT, IPC_EXTENDED, &words));
}

static void objects_end_with_their_maker(void)
{
    results_count = 0;
    child_start(0, makes_an_endpoint, 0);
    struct event event = event_wait(ipc_slots(A, 1));
    IS(event.badge, BADGE_CHILD);
    IS(message_page->tag & TAG_ITEMS, TAG(0, 1));
    IS(ipc_signal(A), OK);
    IS(sys_object_destroy(CHILD_TASK), OK);
    HOLDS(slot_is_free(A));
    IS(event_reply_word(&event, 0), ERR_STALE);
}

/* -------------------------------------------------------------------------- the ends of servers */

/* Calls endpoint CHILD_OWN `count` times; stores each status. */
static void calls_server(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct words words = {{i}};
        result(ipc_call(CHILD_OWN, 0, &words));
    }
}

static void give_endpoint(uint32_t k, uint32_t badge)
{
    IS(cap_give_badge(SERVER_ENDPOINT, CHILD_OWN, CHILD_TASK + k, RIGHT_CALL, badge), OK);
}

static void start_caller(uint32_t k, uint32_t count)
{
    child_make(k, 4);
    give_endpoint(k, 1 + k);
    struct plan plan = child_thread(k, calls_server, count);
    thread_start(&plan);
}

/* N callers are queued; the endpoint is destroyed; each fails once, and further calls fail, too. */
static void queued_callers_fail_once(void)
{
    enum { CALLERS = 8 };

    results_count = 0;
    IS(sys_endpoint_create(SERVER_ENDPOINT), OK);
    for (uint32_t k = 0; k < CALLERS; k++)
        start_caller(k, 2);
    expect_quiet();
    IS(results_count, 0);
    IS(sys_object_destroy(SERVER_ENDPOINT), OK);
    expect_ends((1 << CALLERS) - 1);
    IS(results_count, 2 * CALLERS);
    uint32_t dead = 0, gone = 0;
    for (uint32_t i = 0; i < 2 * CALLERS; i++) {
        dead += results[i] == ERR_DEAD;
        gone += results[i] == ERR_CAP;
    }
    IS(dead, CALLERS);
    IS(gone, CALLERS); /* the capability was deleted, too */
    expect_quiet();
}

/* Takes `count` messages and never replies. */
static void takes_messages(uint32_t count)
{
    struct words words = {{0}};

    for (uint32_t i = 0; i < count; i++)
        if (ipc_reply_wait(0, &words) < 0)
            result(-99);
    parent_call(3);
}

static void start_server(uint32_t k, void (*run)(uint32_t), uint32_t argument)
{
    IS(sys_endpoint_create(SERVER_ENDPOINT), OK);
    child_make(k, 6);
    struct plan plan = child_thread(k, run, argument);
    plan.endpoint = SERVER_ENDPOINT;
    thread_start(&plan);
}

/* Some are queued, some were received and wait for a reply: the server's task is destroyed. */
static void owed_callers_fail_once(void)
{
    enum { CALLERS = 6, SERVER = 8 };

    results_count = 0;
    start_server(SERVER, takes_messages, 3);
    for (uint32_t k = 0; k < CALLERS; k++)
        start_caller(k, 1);
    struct event event = expect_call(BADGE_CHILD + SERVER);
    IS(event.words.w[0], 3);
    IS(results_count, 0);
    IS(sys_object_destroy(CHILD_TASK + SERVER), OK);
    expect_ends(7);
    IS(results_count, 3);
    expect_quiet(); /* the others still wait: the endpoint is ours and lives */
    IS(sys_object_destroy(SERVER_ENDPOINT), OK);
    expect_ends((1 << CALLERS) - 8);
    IS(results_count, CALLERS);
    for (uint32_t i = 0; i < CALLERS; i++)
        IS(results[i], ERR_DEAD);
}

/* A server's thread is destroyed: another thread of its task could still reply, so its callers wait. They fail when
 * the task is destroyed. */
static void a_dead_servers_thread_keeps_callers(void)
{
    enum { SERVER = 8 };

    results_count = 0;
    start_server(SERVER, takes_messages, 1);
    start_caller(0, 1);
    struct event event = expect_call(BADGE_CHILD + SERVER);
    IS(event.words.w[0], 3);
    IS(sys_object_destroy(CHILD_THREAD + SERVER), OK);
    expect_quiet();
    IS(results_count, 0);
    IS(sys_object_destroy(CHILD_TASK + SERVER), OK);
    expect_end(0);
    IS(results[0], ERR_DEAD);
}

/* Receives. The endpoint is destroyed: ERR_DEAD, and then ERR_CAP, as it has no endpoint. */
static void receives_for_ever(uint32_t unused)
{
    struct words words = {{0}};

    (void)unused;
    result(ipc_reply_wait(0, &words));
    result(ipc_reply_wait(0, &words));
    result(ipc_reply_wait(IPC_REPLY, &words));
}

static void receivers_get_err_dead(void)
{
    results_count = 0;
    start_server(0, receives_for_ever, 0);
    expect_quiet();
    IS(sys_object_destroy(SERVER_ENDPOINT), OK);
    expect_end(0);
    IS(results[0], ERR_DEAD);
    IS(results[1], ERR_CAP);
    IS(results[2], ERR_CAP);
    IS(results_count, 3);
}

/* ------------------------------------------------------------------------- seen while it is destroyed */

/*
 * A caller sees the task that owed it a reply being destroyed: it wakes, with a higher priority than the destroyer,
 * before the task's table and space are emptied.
 */
static void looks_at_what_is_destroyed(uint32_t unused)
{
    enum { TASK = CHILD_TASK + 1 };
    struct words words = {{0}};

    (void)unused;
    result(ipc_call(SERVER_ENDPOINT, 0, &words));
    result(sys_vm_map(TASK, SCRATCH, READ, MEMORY, 1, 4000));
    result(sys_vm_map(OWN_TASK, SCRATCH, READ, TASK, 1, PROGRAM_BASE));
    result(sys_vm_unmap(TASK, SCRATCH, 1));
    result(sys_vm_protect(TASK, PROGRAM_BASE, READ, 1));
    result(sys_task_donate(TASK, MEMORY, 1, 3900));
    result(cap_give(LOG, 9, TASK, RIGHT_NONE));
    result(sys_thread_create(TASK, EMPTY, SLOT_NONE, SLOT_NONE, 0, 0, SCRATCH));
}

static void destroys_child_1(uint32_t unused)
{
    (void)unused;
    result(sys_object_destroy(CHILD_TASK + 1) ? -77 : 77);
}

static void a_task_being_destroyed_refuses_everything(void)
{
    results_count = 0;
    start_server(1, takes_messages, 1);
    struct plan observer = own_thread(2, looks_at_what_is_destroyed, 0);
    observer.priority = PRIORITY_CHILD + 2;
    thread_start(&observer);
    expect_call(BADGE_CHILD + 1);
    struct plan destroyer = own_thread(3, destroys_child_1, 0);
    thread_start(&destroyer);
    expect_ends(1 << 2 | 1 << 3);
    IS(results_count, 9);
    for (uint32_t i = 0; i < 8; i++)
        IS(results[i], ERR_DEAD);
    IS(results[8], 77);
    HOLDS(slot_is_free(EMPTY) && slot_is_free(CHILD_TASK + 1));
    HOLDS(page_is_free(OWN_TASK, SCRATCH));
}

/* The same with an endpoint that has many capabilities. */
static void looks_at_the_endpoint_being_destroyed(uint32_t unused)
{
    struct words words = {{0}};

    (void)unused;
    result(ipc_call(SERVER_ENDPOINT, 0, &words));
    result(ipc_call(DEEP + 199, 0, &words) == ERR_DEAD ||
           ipc_call(DEEP, 0, &words) == ERR_DEAD); /* one end is deleted first */
    result(sys_thread_create(OWN_TASK, EMPTY, DEEP, SLOT_NONE, 0, 0, SCRATCH) == ERR_DEAD ||
           sys_thread_create(OWN_TASK, EMPTY, DEEP + 199, SLOT_NONE, 0, 0, SCRATCH) == ERR_DEAD);
}

static void destroys_the_endpoint(uint32_t unused)
{
    (void)unused;
    result(sys_object_destroy(SERVER_ENDPOINT) ? -77 : 77);
}

static void an_endpoint_being_destroyed_refuses_calls(void)
{
    results_count = 0;
    IS(sys_endpoint_create(SERVER_ENDPOINT), OK);
    for (uint32_t i = 0; i < 200; i++)
        IS(cap_copy(SERVER_ENDPOINT, DEEP + i, RIGHT_ALL), OK);
    struct plan observer = own_thread(2, looks_at_the_endpoint_being_destroyed, 0);
    observer.priority = PRIORITY_CHILD + 2;
    thread_start(&observer);
    expect_quiet();
    struct plan destroyer = own_thread(3, destroys_the_endpoint, 0);
    thread_start(&destroyer);
    expect_ends(1 << 2 | 1 << 3);
    IS(results[0], ERR_DEAD);
    HOLDS(results[1] && results[2]);
    IS(results[3], 77);
    HOLDS(slot_is_free(EMPTY) && page_is_free(OWN_TASK, SCRATCH));
    for (uint32_t i = 0; i < 200; i++)
        HOLDS(slot_is_free(DEEP + i));
}

/* A task that holds another task's first capability destroys it with itself, and so on. */
static void makes_a_grandchild(uint32_t unused)
{
    (void)unused;
    result(sys_task_create(CHILD_OWN, 0, CHILD_SECOND));
    result(sys_task_donate(CHILD_SECOND, CHILD_OWN, 6, 1));
    result(sys_thread_create(CHILD_SECOND, CHILD_SECOND + 1, SLOT_NONE, SLOT_NONE, 0, 0, MESSAGE_PAGE));
    result(sys_cap_derive(CHILD_OWN, 1, CHILD_SECOND, RIGHT_READ, 7, 1));
}

static void generations_end_together(void)
{
    uint32_t frames = fresh_frames(8);

    results_count = 0;
    child_make(0, 4);
    IS(sys_cap_derive(MEMORY, CHILD_OWN, CHILD_TASK, RIGHT_ALL, frames, 8), OK);
    struct plan plan = child_thread(0, makes_a_grandchild, 0);
    thread_start(&plan);
    expect_end(0);
    for (uint32_t i = 0; i < 4; i++)
        IS(results[i], OK);
    IS(sys_frame_clear(MEMORY, frames), ERR_FRAME);
    IS(sys_object_destroy(CHILD_TASK), OK);
    for (uint32_t i = 0; i < 8; i++)
        IS(sys_frame_clear(MEMORY, frames + i), OK);
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct point points[] = {
        {"object_destroy: errors", object_destroy_refuses},
        {"endpoint_create, task_create: errors, paid by the maker", makers_pay_for_their_objects},
        {"a task may destroy itself", a_task_may_end_itself},
        {"objects end with their maker, replies to it are stale", objects_end_with_their_maker},
        {"queued callers of a dead endpoint fail exactly once", queued_callers_fail_once},
        {"callers of a dead server fail exactly once", owed_callers_fail_once},
        {"callers wait for the task, not for its thread", a_dead_servers_thread_keeps_callers},
        {"receivers of a destroyed endpoint get ERR_DEAD", receivers_get_err_dead},
        {"a task being destroyed refuses everything with ERR_DEAD", a_task_being_destroyed_refuses_everything},
        {"an endpoint being destroyed refuses calls and threads with ERR_DEAD",
         an_endpoint_being_destroyed_refuses_calls},
        {"a task's end takes the tasks that it made", generations_end_together},
    };

    (void)ebx, (void)esi, (void)edi;
    POINTS_RUN(points);
}
