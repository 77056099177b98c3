/* Calls, replies, signals: who may send, who receives, and the effects of forged, late and repeated replies. */
#include "tests/system/kernel/messages.h"

#include <string.h>

enum {
    A = FIRST_SLOT,
    B,
    C,
    SERVICE, /* our endpoint, which a thread serves */
    EMPTY = 100,
    OWN_A = 20, /* a slot in the children's tables */
};

static volatile uint32_t forged_caller, forged_calls;

/* -------------------------------------------------------------------------------------- errors */

static void call_and_signal_refuse(void)
{
    static const uint32_t bad[] = {0, EMPTY, OWN_TASK, MEMORY, PORTS, IRQS, LOG, 0xffff, 0x7fff, 4096};

    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        IS(call(bad[i]), ERR_CAP);
        IS(ipc_signal(bad[i]), ERR_CAP);
    }
    IS(cap_badge(ENDPOINT, A, RIGHT_SIGNAL | RIGHT_GRANT, 1), OK);
    IS(cap_badge(ENDPOINT, B, RIGHT_CALL | RIGHT_RECEIVE, 1), OK);
    IS(call(A), ERR_RIGHTS);
    IS(ipc_signal(B), ERR_RIGHTS);
    IS(cap_copy(ENDPOINT, C, RIGHT_RECEIVE), OK);
    IS(call(C), ERR_RIGHTS);
    IS(ipc_signal(C), ERR_RIGHTS);
    expect_quiet();
}

static void bad_tags_are_refused(void)
{
    static const uint32_t tags[] = {65,        0x7f,       0x80,     TAG(0, 5), TAG(0, 7), 0x800,
                                    TAG_FAULT, TAG_SIGNAL, TAG_KIND, 1u << 18,  1u << 31,  0xffffffff};
    struct words words = {{0}};

    IS(sys_endpoint_create(A), OK);
    for (unsigned i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        message_page->tag = tags[i];
        IS(ipc_call(A, IPC_EXTENDED, &words), ERR_ARG);
    }
}

static void has_no_endpoint(uint32_t unused)
{
    struct words words = {{0}};

    (void)unused;
    result(ipc_reply_wait(0, &words));
    result(ipc_reply_wait(IPC_REPLY, &words));
    message_page->caller = message_page->caller_call_number = 0;
    result(ipc_reply(0, &words));
}

static void waiting_needs_an_endpoint(void)
{
    results_count = 0;
    child_start(0, has_no_endpoint, 0);
    expect_end(0);
    IS(results[0], ERR_CAP);
    IS(results[1], ERR_CAP);
    IS(results[2], ERR_STALE);
}

/* ------------------------------------------------------------------------------------- messages */

static void sends_words(uint32_t unused)
{
    struct words words = {{0x11, 0x22, 0x33, 0x44}};

    (void)unused;
    for (uint32_t i = 0; i < IPC_PAGE_WORDS; i++)
        message_page->words[i] = 0x1000 + i;
    result(ipc_call(PARENT, ipc_extend(256, 0), &words));
    for (uint32_t i = 0; i < 4; i++)
        result((int32_t)words.w[i]);
    result((int32_t)(message_page->tag & TAG_WORDS));
    result((int32_t)message_page->words[0]);
    result((int32_t)message_page->words[2]);
}

static void words_go_both_ways(void)
{
    static const int32_t wanted[] = {OK, 5, 6, 7, 8, 2, 0x77, 0x1002};

    results_count = 0;
    memset(message_page->words, 0, sizeof(message_page->words));
    child_start(0, sends_words, 0);
    struct event event = expect_call(BADGE_CHILD);
    for (uint32_t i = 0; i < 4; i++)
        IS(event.words.w[i], 0x11 * (i + 1));
    IS(message_page->tag, IPC_PAGE_WORDS | TAG_CALL);
    for (uint32_t i = 0; i < IPC_PAGE_WORDS; i++)
        IS(message_page->words[i], 0x1000 + i);
    message_page->words[0] = message_page->words[1] = 0x77;
    IS(event_reply(&event, ipc_extend(8, 0), &(struct words){{5, 6, 7, 8}}), OK);
    expect_end(0);
    for (uint32_t i = 0; i < 8; i++)
        IS(results[i], wanted[i]);
}

static void calls_thrice(uint32_t slot)
{
    for (uint32_t i = 0; i < 3; i++)
        result(call(slot));
}

/* The badge is that of the capability; what a client says about itself does not matter. */
static void says_it_is_another(uint32_t badge)
{
    struct words words = {{badge, badge, badge, badge}};

    message_page->caller = forged_caller;
    message_page->caller_call_number = forged_calls;
    result(ipc_call(PARENT, 0, &words));
    result(ipc_call(OWN_A, 0, &words));
}

static void badges_cannot_be_chosen(void)
{
    results_count = 0;
    child_make(0, 4);
    give(ENDPOINT, 0, OWN_A, RIGHT_CALL, 0);
    struct plan plan = child_thread(0, says_it_is_another, BADGE_CHILD + 1);
    thread_start(&plan);
    struct event event = expect_call(BADGE_CHILD);
    IS(event_reply_word(&event, 0), OK);
    event = expect_call(0); /* unbadged: 0, not the previous badge */
    IS(event_reply_word(&event, 0), OK);
    expect_end(0);
    IS(results[1], OK);
}

static void signals_gather(void)
{
    for (uint32_t i = 0; i < 4; i++)
        IS(cap_badge(ENDPOINT, A + i, RIGHT_SIGNAL, 1u << 3 * i), OK);
    IS(ipc_signal(A), OK);
    IS(ipc_signal(A + 2), OK);
    IS(ipc_signal(A), OK);
    IS(ipc_signal(A + 3), OK);
    struct event event = event_wait(0);
    IS(event.kind, TAG_SIGNAL);
    IS(event.badge, 0);
    IS(event.words.w[0], 1 | 1 << 6 | 1 << 9);
    expect_quiet();
    IS(event_reply_word(&event, 0), ERR_STALE); /* no caller waits */
    IS(cap_copy(ENDPOINT, EMPTY, RIGHT_SIGNAL), OK);
    IS(ipc_signal(EMPTY), OK); /* no badge, no bits */
    expect_quiet();
}

static void signals_come_before_calls(void)
{
    IS(cap_badge(ENDPOINT, A, RIGHT_SIGNAL, 4), OK);
    child_make(0, 4);
    give(ENDPOINT, 0, OWN_A, RIGHT_CALL, 9);
    struct plan plan = child_thread(0, calls_thrice, OWN_A), top = own_thread(1, calls_thrice, EMPTY);
    top.priority = 2;
    thread_start(&plan);
    thread_start(&top);
    HOLDS(expect_call(9).kind == TAG_CALL); /* from here on the child waits */
    IS(ipc_signal(A), OK);
    struct event event = event_wait(0);
    IS(event.kind, TAG_SIGNAL);
    expect_end(1);
}

/* -------------------------------------------------------------------------------------- replies */

static void replies_are_given_once(void)
{
    results_count = 0;
    child_make(0, 4);
    give(ENDPOINT, 0, OWN_A, RIGHT_CALL, 9);
    struct plan plan = child_thread(0, calls_thrice, OWN_A);
    thread_start(&plan);
    struct event first = expect_call(9);
    IS(event_reply_word(&first, 1), OK);
    IS(event_reply_word(&first, 2), ERR_STALE); /* twice */
    struct event second = expect_call(9);
    IS(event_reply_word(&first, 3), ERR_STALE); /* an earlier call of the same caller */
    IS(second.caller, first.caller);
    HOLDS(second.call_number != first.call_number);
    IS(event_reply_word(&second, 4), OK);
    struct event third = expect_call(9);
    IS(event_reply_word(&second, 5), ERR_STALE);
    struct words words = {{6}};
    message_page->caller = second.caller; /* reply_wait replies to the call received last, whatever the page names */
    message_page->caller_call_number = second.call_number;
    IS(ipc_reply_wait(IPC_REPLY, &words), BADGE_FAULT);
    IS(words.w[2], thread_end);
    for (uint32_t i = 0; i < 3; i++)
        IS(results[i], OK);
    IS(event_reply_word(&third, 7), ERR_STALE);
}

/* A third party that knows the handle exactly. */
static void replies_for_others(uint32_t unused)
{
    struct words words = {{666}};

    (void)unused;
    message_page->caller = forged_caller;
    message_page->caller_call_number = forged_calls;
    result(ipc_reply(0, &words));
    message_page->caller = forged_caller;
    message_page->caller_call_number = forged_calls;
    result(ipc_reply_wait(IPC_REPLY, &words));
}

static void asks_once(uint32_t unused)
{
    (void)unused;
    result((int32_t)parent_call(0));
}

static void third_parties_cannot_reply(void)
{
    results_count = 0;
    child_start(0, asks_once, 0);
    struct event event = expect_call(BADGE_CHILD);
    forged_caller = event.caller;
    forged_calls = event.call_number;
    IS(sys_endpoint_create(SERVICE), OK);
    start_with(1, replies_for_others, 0, SERVICE);
    expect_end(1);
    IS(results[0], ERR_STALE);
    IS(results[1], ERR_STALE);
    IS(results_count, 2); /* the caller still waits */
    IS(event_reply_word(&event, 12), OK);
    expect_end(0);
    IS(results[2], 12);
}

/* Another thread of the same task may reply. */
static void replies_elsewhere(uint32_t page)
{
    struct message_page *own = (struct message_page *)page;
    struct words words = {{21}};

    own->caller = forged_caller;
    own->caller_call_number = forged_calls;
    result(ipc_reply(0, &words));
}

static void any_thread_of_the_task_replies(void)
{
    results_count = 0;
    child_start(0, asks_once, 0);
    struct event event = expect_call(BADGE_CHILD);
    forged_caller = event.caller;
    forged_calls = event.call_number;
    struct plan plan = own_thread(1, replies_elsewhere, 0);
    plan.argument = plan.page;
    thread_start(&plan);
    expect_ends(1 << 0 | 1 << 1);
    IS(results_count, 2);
    IS(results[0] + results[1], 21);
}

static uint32_t random_state = 12345;

static uint32_t random_word(void)
{
    random_state = random_state * 1664525 + 1013904223;
    return random_state ^ random_state >> 13;
}

static uint32_t replies_accepted(uint32_t caller, uint32_t calls)
{
    struct event event = {.caller = caller, .call_number = calls};

    return event_reply_word(&event, 0) != ERR_STALE;
}

static void forged_handles_are_refused(void)
{
    uint32_t accepted = 0;

    results_count = 0;
    child_start(0, asks_once, 0);
    struct event event = expect_call(BADGE_CHILD);
    for (uint32_t i = 0; i < 64; i++) {
        accepted += replies_accepted(event.caller + i + 1, event.call_number);
        accepted += replies_accepted(event.caller - i - 1, event.call_number);
        accepted += replies_accepted(event.caller, event.call_number + i + 1);
        accepted += replies_accepted(event.caller, event.call_number - i - 1);
        accepted += replies_accepted(event.caller ^ 1u << (i & 31), event.call_number);
        accepted += replies_accepted(event.caller, event.call_number ^ 1u << (i & 31));
    }
    IS(accepted, 0);
    IS(results_count, 0);
    IS(event_reply_word(&event, 3), OK);
    expect_end(0);
}

/* Every cell where a thread could be in the whole address space, in RAM or not; a frame has four. */
static void handles_all_over_memory_are_refused(void)
{
    uint32_t accepted = 0;

    for (uint32_t page = 0; page < 1u << 20; page += 7)
        accepted += replies_accepted(page << PAGE_BITS | (page & 3) << 10, page & 7);
    for (uint32_t i = 0; i < 20000; i++)
        accepted += replies_accepted(random_word(), random_word() & 15);
    IS(accepted, 0);
}

static void destroyed_threads_get_no_reply(void)
{
    child_start(0, asks_once, 0);
    struct event event = expect_call(BADGE_CHILD);
    IS(sys_object_destroy(CHILD_THREAD), OK);
    IS(event_reply_word(&event, 0), ERR_STALE);
    /* A new thread in the same cell is another caller, even at its first call. */
    struct plan plan = child_thread(0, asks_once, 0);
    thread_start(&plan);
    struct event second = expect_call(BADGE_CHILD);
    IS(second.caller, event.caller);
    IS(event_reply_word(&event, 0), ERR_STALE);
    IS(event_reply_word(&second, 0), OK);
    expect_end(0);
    IS(sys_object_destroy(CHILD_TASK), OK);
    IS(event_reply_word(&second, 0), ERR_STALE);
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct point points[] = {
        {"call, signal: slots and rights", call_and_signal_refuse},
        {"call: tags that are the kernel's, or too large", bad_tags_are_refused},
        {"reply_wait needs an endpoint, reply a caller", waiting_needs_an_endpoint},
        {"words are passed both ways", words_go_both_ways},
        {"a badge cannot be chosen by its sender", badges_cannot_be_chosen},
        {"signals gather, and do not wait for a receiver", signals_gather},
        {"signals come before calls", signals_come_before_calls},
        {"a call gets only one reply", replies_are_given_once},
        {"a third party cannot reply", third_parties_cannot_reply},
        {"any thread of the task may reply", any_thread_of_the_task_replies},
        {"handles near the true one are refused", forged_handles_are_refused},
        {"handles all over memory are refused", handles_all_over_memory_are_refused},
        {"a destroyed thread gets no reply, nor does one in its cell", destroyed_threads_get_no_reply},
    };

    (void)ebx, (void)esi, (void)edi;
    POINTS_RUN(points);
}
