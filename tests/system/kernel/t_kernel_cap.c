/* Capabilities: derive, delete, revoke; rights, badges, ranges, depth; forged slots. */
#include "tests/system/kernel/kernel_test.h"

enum { A = FIRST_SLOT, B, C, D, EMPTY = 100, DEPTH_MAX = 31, CHAIN = 32, LATE = 0x1000 };

static void derive_finds_its_parent(void)
{
    static const uint32_t forged[] = {0, EMPTY, 256, 4097, 0x7fff, 0x8000, 0xfffe, 0xffff};

    for (unsigned i = 0; i < sizeof(forged) / sizeof(forged[0]); i++) {
        IS(cap_copy(forged[i], A, RIGHT_NONE), ERR_CAP);
        IS(sys_cap_delete(forged[i]), ERR_CAP);
        IS(sys_cap_revoke(forged[i]), ERR_CAP);
    }
    HOLDS(slot_is_free(A));
    IS(cap_copy(LOG, A, RIGHT_NONE), OK);
}

static void derive_never_adds_rights(void)
{
    IS(cap_part(MEMORY, A, READ | RIGHT_GRANT, 0, 1), OK);
    for (uint32_t rights = 0; rights <= RIGHT_ALL; rights++) {
        bool more = rights & ~(uint32_t)(READ | RIGHT_GRANT);
        IS(cap_part(A, B, rights, 0, 1), more ? ERR_RIGHTS : OK);
        IS(sys_cap_delete(B), more ? ERR_CAP : OK);
    }
    IS(cap_part(A, B, RIGHT_ALL + 1, 0, 1), ERR_ARG);
    IS(cap_part(A, B, 0x80000001, 0, 1), ERR_ARG);
    HOLDS(slot_is_free(B));
}

static void rights_only_shrink_along_chains(void)
{
    rights_t rights = RIGHT_ALL;

    IS(cap_part(MEMORY, CHAIN, rights, 0, 8), OK);
    for (uint32_t i = 0; i < 5; i++) {
        rights_t fewer = rights & (rights_t) ~(1u << i);
        IS(cap_part(CHAIN + i, CHAIN + i + 1, fewer, 0, 8), OK);
        IS(cap_part(CHAIN + i + 1, EMPTY, rights, 0, 8), ERR_RIGHTS);
        rights = fewer;
    }
    HOLDS(slot_is_free(EMPTY));
    IS(sys_vm_map(OWN_TASK, SCRATCH, READ, CHAIN + 1, 1, 0), ERR_RIGHTS);
    HOLDS(page_is_free(OWN_TASK, SCRATCH));
}

static void ranges_stay_inside_their_parents(void)
{
    IS(cap_part(MEMORY, A, READ, 10, 20), OK);
    IS(cap_part(A, B, READ, 0, 21), ERR_ARG);
    IS(cap_part(A, B, READ, 20, PAGES_REST), ERR_ARG);
    IS(cap_part(A, B, READ, 20, 1), ERR_ARG);
    IS(cap_part(A, B, READ, 19, 2), ERR_ARG);
    IS(cap_part(A, B, READ, 1, 0xffffffff), ERR_ARG);
    IS(cap_part(A, B, READ, 0xffffffff, 1), ERR_ARG);
    IS(cap_part(A, B, READ, 0xfffffff6, 10), ERR_ARG);
    HOLDS(slot_is_free(B));
    IS(cap_part(A, B, READ, 19, 1), OK);
    IS(cap_part(B, C, READ, 0, 2), ERR_ARG);
    IS(cap_part(A, C, READ, 5, PAGES_REST), OK); /* everything from there on */
    IS(cap_part(C, D, READ, 14, 1), OK);
    IS(cap_part(C, EMPTY, READ, 15, 1), ERR_ARG);
    HOLDS(slot_is_free(EMPTY));
}

static void badges_are_given_once(void)
{
    IS(cap_badge(ENDPOINT, A, RIGHT_CALL, BADGE_MAX + 1u), ERR_ARG);
    IS(cap_badge(ENDPOINT, A, RIGHT_CALL, 0xffffffff), ERR_ARG);
    IS(cap_part(ENDPOINT, A, RIGHT_CALL, 1, 1), ERR_ARG);
    IS(cap_badge(ENDPOINT, A, RIGHT_GRANT, 1), ERR_ARG);
    IS(cap_copy(ENDPOINT, A, RIGHT_NONE), ERR_ARG);
    HOLDS(slot_is_free(A));
    IS(cap_badge(ENDPOINT, A, RIGHT_CALL | RIGHT_SIGNAL, 7), OK);
    IS(cap_badge(A, B, RIGHT_SIGNAL, 8), ERR_ARG);
    IS(cap_badge(A, B, RIGHT_SIGNAL, 7), ERR_ARG);
    HOLDS(slot_is_free(B));
    IS(cap_copy(A, B, RIGHT_SIGNAL), OK);
    IS(ipc_signal(B), OK);
    struct event event = event_wait(0);
    IS(event.kind, TAG_SIGNAL);
    IS(event.words.w[0], 7);
}

static void other_kinds_take_no_badge(void)
{
    IS(cap_badge(OWN_TASK, A, RIGHT_CONTROL, 1), ERR_ARG);
    IS(cap_part(OWN_TASK, A, RIGHT_CONTROL, 0, 1), ERR_ARG);
    HOLDS(slot_is_free(A));
    IS(cap_copy(OWN_TASK, A, RIGHT_CONTROL), OK);
}

static void destinations_are_checked(void)
{
    IS(cap_copy(LOG, 0, RIGHT_NONE), ERR_ARG);
    IS(cap_copy(LOG, A, RIGHT_NONE), OK);
    IS(cap_copy(LOG, A, RIGHT_NONE), ERR_TAKEN);
    IS(cap_copy(LOG, ENDPOINT, RIGHT_NONE), ERR_TAKEN);
    IS(cap_give(LOG, B, EMPTY, RIGHT_NONE), ERR_CAP);
    IS(cap_give(LOG, B, MEMORY, RIGHT_NONE), ERR_CAP);
    IS(cap_copy(OWN_TASK, C, RIGHT_GRANT), OK);
    IS(cap_give(LOG, B, C, RIGHT_NONE), ERR_RIGHTS);
    HOLDS(slot_is_free(B));
    IS(cap_give(LOG, B, OWN_TASK, RIGHT_NONE), OK);
    HOLDS(!slot_is_free(B));
}

static void an_account_without_frames_refuses(void)
{
    child_make(0, 0);
    drain(CHILD_TASK);
    message_page->shortfall = 0;
    IS(cap_give(LOG, LATE, CHILD_TASK, RIGHT_NONE), ERR_ACCOUNT);
    IS(message_page->shortfall, 1);
    frames_donate(CHILD_TASK, 1);
    IS(cap_give(LOG, LATE, CHILD_TASK, RIGHT_NONE), OK);
    IS(cap_give(LOG, LATE + 255, CHILD_TASK, RIGHT_NONE), OK);
    IS(cap_give(LOG, LATE + 256, CHILD_TASK, RIGHT_NONE), ERR_ACCOUNT);
}

static void depth_ends_at_31(void)
{
    uint32_t depth = 0;

    IS(cap_part(MEMORY, CHAIN, READ, 0, 1), OK);
    while (depth < 40 && cap_part(CHAIN + depth, CHAIN + depth + 1, READ, 0, 1) == OK)
        depth++;
    HOLDS(depth > 20 && depth < DEPTH_MAX);
    IS(cap_part(CHAIN + depth, EMPTY, READ, 0, 1), ERR_DEPTH);
    HOLDS(slot_is_free(EMPTY));
    IS(cap_part(CHAIN + depth - 1, EMPTY, READ, 0, 1), OK);
    IS(sys_cap_revoke(CHAIN), OK);
    for (uint32_t i = 1; i <= depth; i++)
        HOLDS(slot_is_free(CHAIN + i));
    HOLDS(slot_is_free(EMPTY));
}

/* The first capability for our own endpoint has depth 1. */
static void depth_is_exact(void)
{
    IS(sys_endpoint_create(CHAIN), OK);
    for (uint32_t i = 0; i < DEPTH_MAX - 1; i++)
        IS(cap_copy(CHAIN + i, CHAIN + i + 1, RIGHT_ALL), OK);
    uint32_t deepest = CHAIN + DEPTH_MAX - 1;
    IS(cap_copy(deepest, EMPTY, RIGHT_CALL), ERR_DEPTH);
    IS(sys_thread_create(OWN_TASK, EMPTY, deepest, SLOT_NONE, 0, 0, SCRATCH), ERR_DEPTH);
    IS(sys_thread_create(OWN_TASK, EMPTY, SLOT_NONE, deepest, 0, 0, SCRATCH), ERR_DEPTH);
    IS(sys_irq_bind(IRQS, 20, deepest), ERR_DEPTH);
    HOLDS(slot_is_free(EMPTY) && page_is_free(OWN_TASK, SCRATCH));
    IS(sys_irq_bind(IRQS, 20, deepest - 1), OK);
    IS(sys_cap_delete(CHAIN), OK);
    HOLDS(slot_is_free(deepest));
}

static void delete_takes_the_subtree(void)
{
    IS(cap_copy(LOG, A, RIGHT_WRITE), OK);
    IS(cap_copy(A, B, RIGHT_WRITE), OK);
    IS(cap_copy(B, C, RIGHT_WRITE), OK);
    IS(cap_copy(A, D, RIGHT_WRITE), OK);
    IS(sys_cap_delete(B), OK);
    HOLDS(slot_is_free(B) && slot_is_free(C));
    IS(sys_log_write(D, 0), OK);
    IS(sys_cap_revoke(A), OK);
    HOLDS(slot_is_free(D));
    IS(sys_log_write(A, 0), OK);
    IS(sys_cap_delete(A), OK);
    HOLDS(slot_is_free(A));
    IS(sys_log_write(LOG, 0), OK);
}

static void a_slot_used_again_is_the_new_capability(void)
{
    IS(cap_copy(LOG, A, RIGHT_WRITE), OK);
    IS(sys_cap_delete(A), OK);
    IS(sys_log_write(A, 0), ERR_CAP);
    IS(sys_endpoint_create(A), OK);
    IS(sys_log_write(A, 0), ERR_CAP);
    IS(cap_badge(A, B, RIGHT_SIGNAL, 1), OK);
    IS(sys_cap_delete(A), OK);
    IS(ipc_signal(B), ERR_CAP); /* destroyed with the object */
    IS(sys_endpoint_create(A), OK);
    IS(ipc_signal(B), ERR_CAP); /* another endpoint in the same cell */
}

static void a_child_holds_nothing_else(uint32_t unused)
{
    static uint32_t refused;

    (void)unused;
    refused = 0;
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++)
        refused += sys_cap_revoke(slot) == ERR_CAP;
    parent_call(refused);
}

static void slots_of_other_tasks_are_not_ours(void)
{
    child_start(0, a_child_holds_nothing_else, 0);
    struct event event = expect_call(BADGE_CHILD);
    IS(event.words.w[0], SLOT_COUNT - 1);
}

static void derive_into_a_task_reaches_it(void)
{
    child_make(0, 2);
    IS(cap_give(LOG, 5, CHILD_TASK, RIGHT_WRITE), OK);
    HOLDS(slot_is_free(5 + LAST_SLOT));
    IS(cap_give(LOG, 5, CHILD_TASK, RIGHT_WRITE), ERR_TAKEN);
    IS(cap_give(LOG, 0, CHILD_TASK, RIGHT_WRITE), ERR_ARG);
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct point points[] = {
        {"derive, delete, revoke: empty and forged slots are refused", derive_finds_its_parent},
        {"derive: a right that the parent lacks is refused", derive_never_adds_rights},
        {"derive: rights only shrink along chains", rights_only_shrink_along_chains},
        {"derive: ranges stay inside their parents", ranges_stay_inside_their_parents},
        {"derive: a badge is given once and kept", badges_are_given_once},
        {"derive: only endpoints take badges", other_kinds_take_no_badge},
        {"derive: destinations are checked", destinations_are_checked},
        {"derive: ERR_ACCOUNT reports the shortfall, which suffices", an_account_without_frames_refuses},
        {"derive: the depth of memory is limited", depth_ends_at_31},
        {"derive, thread_create, irq_bind: depth 31 and no more", depth_is_exact},
        {"delete and revoke take the subtree, and no more", delete_takes_the_subtree},
        {"a slot used again is the new capability", a_slot_used_again_is_the_new_capability},
        {"a task has what it was given and nothing else", slots_of_other_tasks_are_not_ours},
        {"derive reaches a task's table", derive_into_a_task_reaches_it},
    };

    (void)ebx, (void)esi, (void)edi;
    POINTS_RUN(points);
}
