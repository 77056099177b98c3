/* Items of messages: passing pages and capabilities, and all reasons for a refusal. */
#include "tests/system/kernel/kernel_test.h"

enum {
    A = FIRST_SLOT,
    READ_ONLY, /* memory: read, grant */
    UNGRANTED, /* an endpoint without the right to grant */
    UNGRANTED_MEMORY,
    BADGED,  /* an endpoint with a badge */
    DEEPEST, /* an endpoint at depth 31 */
    SERVICE,
    PROBE,
    TASK,
    CHAIN = 64,
    EMPTY = 100,
    /* The receiver's windows. */
    WINDOW = SCRATCH + 0x10000,
    WINDOW_PAGES = 16,
    SLOTS = 0x1000,
    SLOTS_COUNT = 8,
    TAKEN_PAGE = 5,
    TAKEN_SLOT = 3,
    /* Our pages. */
    GRANTABLE = SCRATCH,
    PLAIN = SCRATCH + PAGE_SIZE,
    ABSENT = SCRATCH + 0x100000,
};

static volatile int32_t results[64];
static volatile uint32_t results_count, window_address, window_pages, slots_first, slots_count;

static void result(int32_t value)
{
    results[results_count++ % 64] = value;
}

/* ---------------------------------------------------------------------------- the two receivers */

static uint32_t open_windows(void)
{
    return ipc_window(window_address, window_pages) | ipc_slots(slots_first, slots_count);
}

/* Receives at SERVICE: replies to each message with its tag. */
static void serves(uint32_t unused)
{
    struct words words = {{0}};
    int32_t badge = ipc_reply_wait(open_windows(), &words);

    (void)unused;
    while (badge >= 0) {
        words.w[0] = message_page->tag;
        badge = ipc_reply_wait(IPC_REPLY | open_windows(), &words);
    }
}

/* Calls the test with windows open for the reply. */
static void asks(uint32_t unused)
{
    struct words words = {{0}};

    (void)unused;
    result(ipc_call(PARENT, open_windows(), &words));
    result((int32_t)message_page->tag);
}

static void set_windows(uint32_t pages, uint32_t slots)
{
    window_address = WINDOW;
    window_pages = pages;
    slots_first = SLOTS;
    slots_count = slots;
}

static void start_server(uint32_t k, uint32_t frames)
{
    IS(sys_endpoint_create(SERVICE), OK);
    child_make(k, 2 + frames);
    struct plan plan = child_thread(k, serves, 0);
    plan.endpoint = SERVICE;
    plan.priority = PRIORITY_TEST;
    thread_start(&plan);
    IS(sys_thread_yield(), OK);
}

/* -------------------------------------------------------------------------------------- sending */

static err_t call_with(const struct item *items, uint32_t count)
{
    struct words words = {{0}};

    for (uint32_t i = 0; i < count; i++)
        message_page->items[i] = items[i];
    return ipc_call(SERVICE, ipc_extend(0, count), &words);
}

static err_t reply_with(const struct event *event, uint32_t flags, const struct item *items, uint32_t count)
{
    struct words words = {{0}};

    message_page->caller = event->caller;
    message_page->caller_call_number = event->call_number;
    for (uint32_t i = 0; i < count; i++)
        message_page->items[i] = items[i];
    ipc_extend(0, count);
    if (flags & IPC_REPLY)
        return (err_t)ipc_reply_wait(flags | IPC_EXTENDED, &words);
    return ipc_reply(IPC_EXTENDED, &words);
}

static bool child_slot_is_free(uint32_t k, uint32_t slot)
{
    IS(cap_copy(LOG, PROBE, RIGHT_NONE), OK);
    bool is_free = cap_give(PROBE, slot, CHILD_TASK + k, RIGHT_NONE) == OK;
    IS(sys_cap_delete(PROBE), OK);
    return is_free;
}

/* The capabilities and pages that provoke the errors. */
static void prepare_sources(void)
{
    uint32_t frame = fresh_frames(2);

    map_frame(GRANTABLE, frame, READ_WRITE_GRANT)[0] = 77;
    map_frame(PLAIN, frame, READ_WRITE);
    IS(cap_part(MEMORY, READ_ONLY, READ | RIGHT_GRANT, frame, 4), OK);
    IS(cap_copy(ENDPOINT, UNGRANTED, RIGHT_CALL), OK);
    IS(cap_part(MEMORY, UNGRANTED_MEMORY, READ_WRITE, frame, 4), OK);
    IS(cap_badge(ENDPOINT, BADGED, RIGHT_CALL | RIGHT_GRANT, 5), OK);
    IS(sys_task_create(MEMORY, frame + 1, TASK), OK);
    IS(sys_endpoint_create(CHAIN), OK);
    for (uint32_t i = 0; i < 29; i++)
        IS(cap_copy(CHAIN + i, CHAIN + i + 1, RIGHT_CALL | RIGHT_GRANT), OK);
    IS(cap_copy(CHAIN + 29, DEEPEST, RIGHT_CALL | RIGHT_GRANT), OK);
}

/* Occupies a page and a slot in the child's windows. */
static void occupy(uint32_t k)
{
    uint32_t task = CHILD_TASK + k;

    IS(sys_vm_map(task, WINDOW + TAKEN_PAGE * PAGE_SIZE, READ, OWN_TASK, 1, PROGRAM_BASE), OK);
    IS(cap_give(LOG, SLOTS + TAKEN_SLOT, task, RIGHT_NONE), OK);
}

#define ITEM_OF(kind_, rights_, slot_, from_, pages_, to_)                                                             \
    {                                                                                                                  \
        .slot = (slot_), .rights = (rights_), .kind = (kind_), .pages = (pages_), .from = (from_), .to = (to_)         \
    }
#define TO_PAGE(n)                        (WINDOW + (n) * (uint32_t)PAGE_SIZE)
#define MEM(rights, slot, from, pages, n) ITEM_OF(ITEM_MEMORY, rights, slot, from, pages, TO_PAGE(n))
#define ADDRESS(rights, from, pages, n)   ITEM_OF(ITEM_ADDRESS, rights, 0, from, pages, TO_PAGE(n))
#define CAP(rights, slot, badge, n)       ITEM_OF(ITEM_CAP, rights, slot, badge, 0, n)

static const struct refusal {
    err_t err;
    uint32_t count;
    struct item items[2];
} refusals[] = {
    {ERR_CAP, 1, {CAP(RIGHT_CALL, EMPTY, 0, 0)}},
    {ERR_CAP, 1, {CAP(RIGHT_CALL, 0, 0, 0)}},
    {ERR_CAP, 1, {CAP(0, 0xffff, 0, 0)}},
    {ERR_CAP, 1, {MEM(READ, EMPTY, 0, 1, 0)}},
    {ERR_CAP, 1, {MEM(READ, ENDPOINT, 0, 1, 0)}},
    {ERR_CAP, 1, {MEM(READ, PORTS, 0, 1, 0)}},
    {ERR_RIGHTS, 1, {CAP(RIGHT_CALL, UNGRANTED, 0, 0)}},
    {ERR_RIGHTS, 1, {MEM(READ, UNGRANTED_MEMORY, 0, 1, 0)}},
    {ERR_RIGHTS, 1, {CAP(RIGHT_CALL | RIGHT_SIGNAL, BADGED, 0, 0)}},
    {ERR_RIGHTS, 1, {CAP(RIGHT_OWN | RIGHT_CALL, ENDPOINT, 0, 0)}},
    {ERR_RIGHTS, 1, {CAP(RIGHT_WRITE, READ_ONLY, 0, 0)}},
    {ERR_RIGHTS, 1, {MEM(READ_WRITE, READ_ONLY, 0, 1, 0)}},
    {ERR_RIGHTS, 1, {MEM(READ_EXECUTE, READ_ONLY, 0, 1, 0)}},
    {ERR_RIGHTS, 1, {ADDRESS(READ, PLAIN, 1, 0)}},
    {ERR_RIGHTS, 1, {ADDRESS(READ_EXECUTE, GRANTABLE, 1, 0)}},
    {ERR_RIGHTS, 1, {ADDRESS(READ, GRANTABLE, 2, 0)}}, /* the second page */
    {ERR_ARG, 1, {ITEM_OF(3, READ, MEMORY, 0, 1, 0)}},
    {ERR_ARG, 1, {ITEM_OF(7, READ, MEMORY, 0, 1, 0)}},
    {ERR_ARG, 1, {MEM(READ, MEMORY, 0, 0, 0)}},
    {ERR_ARG, 1, {MEM(READ, MEMORY, 0, CALL_PAGES_MAX + 1, 0)}},
    {ERR_ARG, 1, {MEM(READ, MEMORY, 0, 255, 0)}},
    {ERR_ARG, 1, {MEM(READ, MEMORY, TEST_FRAMES, 1, 0)}},
    {ERR_ARG, 1, {MEM(READ, MEMORY, TEST_FRAMES - 1, 2, 0)}},
    {ERR_ARG, 1, {MEM(READ, MEMORY, 0xffffffff, 2, 0)}},
    {ERR_ARG, 1, {MEM(READ_WRITE | RIGHT_EXECUTE, MEMORY, 0, 1, 0)}},
    {ERR_ARG, 1, {MEM(RIGHT_WRITE, MEMORY, 0, 1, 0)}},
    {ERR_ARG, 1, {MEM(READ | RIGHT_OWN, MEMORY, 0, 1, 0)}},
    {ERR_ARG, 1, {ADDRESS(0, GRANTABLE, 1, 0)}},
    {ERR_ARG, 1, {ADDRESS(READ, GRANTABLE + 4, 1, 0)}},
    {ERR_ARG, 1, {ADDRESS(READ, USER_END, 1, 0)}},
    {ERR_ARG, 1, {ADDRESS(READ, USER_END - PAGE_SIZE, 2, 0)}},
    {ERR_ARG, 1, {ADDRESS(READ, 0xfffff000, 2, 0)}},
    {ERR_ARG, 1, {CAP(RIGHT_CALL, BADGED, 6, 0)}}, /* a badge is given once */
    {ERR_ARG, 1, {CAP(RIGHT_CALL, ENDPOINT, 0x80000000, 0)}},
    {ERR_ARG, 1, {CAP(RIGHT_CONTROL, OWN_TASK, 1, 0)}},
    {ERR_ARG, 2, {MEM(READ, MEMORY, 100, 40, 8), MEM(READ, MEMORY, 100, 40, 50)}}, /* 80 pages */
    {ERR_ABSENT, 1, {ADDRESS(READ, ABSENT, 1, 0)}},
    {ERR_ABSENT, 1, {ADDRESS(READ, MESSAGE_PAGE, 1, 0)}},
    {ERR_FRAME, 1, {MEM(READ, MEMORY, 1, 1, 0)}}, /* TASK */
    {ERR_FRAME, 1, {MEM(READ, MEMORY, 0, 2, 0)}},
    {ERR_DEPTH, 1, {CAP(RIGHT_CALL, DEEPEST, 0, 0)}},
    {ERR_WINDOW, 1, {MEM(READ, MEMORY, 0, 1, 128)}},
    {ERR_WINDOW, 1, {MEM(READ, MEMORY, 0, 1, 0xffffffff)}}, /* the page before */
    {ERR_WINDOW, 1, {ITEM_OF(ITEM_MEMORY, READ, MEMORY, 0, 1, WINDOW + 4)}},
    {ERR_WINDOW, 1, {ITEM_OF(ITEM_MEMORY, READ, MEMORY, 0, 1, 0)}}, /* counted from the window it would be valid */
    {ERR_WINDOW, 1, {ITEM_OF(ITEM_ADDRESS, READ, 0, GRANTABLE, 1, PAGE_SIZE)}},
    {ERR_WINDOW, 1, {MEM(READ, MEMORY, 0, 1, 0x80000)}},
    {ERR_WINDOW, 1, {ADDRESS(READ, GRANTABLE, 1, 128)}},
    {ERR_WINDOW, 1, {CAP(RIGHT_CALL, ENDPOINT, 1, SLOTS_COUNT)}},
    {ERR_WINDOW, 1, {CAP(RIGHT_CALL, ENDPOINT, 1, 0xffffffff)}},
    {ERR_WINDOW, 1, {CAP(RIGHT_CALL, ENDPOINT, 1, 0u - SLOTS + 5)}},
    {ERR_TAKEN, 1, {MEM(READ, MEMORY, 0, 1, TAKEN_PAGE)}},
    {ERR_TAKEN, 1, {ADDRESS(READ, GRANTABLE, 1, TAKEN_PAGE)}},
    {ERR_TAKEN, 1, {CAP(RIGHT_CALL, ENDPOINT, 1, TAKEN_SLOT)}},
    {ERR_TAKEN, 2, {MEM(READ, MEMORY, 0, 1, 2), ADDRESS(READ, GRANTABLE, 1, 2)}},
    {ERR_TAKEN, 2, {CAP(RIGHT_CALL, ENDPOINT, 1, 0), CAP(RIGHT_CALL, BADGED, 0, 0)}},
    /* The first item alone would be valid: it is not passed either. */
    {ERR_CAP, 2, {CAP(RIGHT_CALL, ENDPOINT, 1, 0), CAP(RIGHT_CALL, EMPTY, 0, 1)}},
    {ERR_ABSENT, 2, {ADDRESS(READ, GRANTABLE, 1, 0), ADDRESS(READ, ABSENT, 1, 1)}},
};
enum { REFUSALS = sizeof(refusals) / sizeof(refusals[0]) };

static void check_nothing_came(uint32_t k)
{
    for (uint32_t i = 0; i < WINDOW_PAGES; i++)
        if (i != TAKEN_PAGE)
            HOLDS(page_is_free(CHILD_TASK + k, WINDOW + i * PAGE_SIZE));
    for (uint32_t i = 0; i < SLOTS_COUNT; i++)
        if (i != TAKEN_SLOT)
            HOLDS(child_slot_is_free(k, SLOTS + i));
}

static const struct item good_items[] = {
    ADDRESS(READ_WRITE, GRANTABLE, 1, 0),
    MEM(READ, READ_ONLY, 0, 1, 1),
    CAP(RIGHT_CALL, ENDPOINT, 9, 0),
    CAP(RIGHT_CALL, BADGED, 0, 1),
};

static void calls_are_refused(void)
{
    set_windows(128, SLOTS_COUNT);
    prepare_sources();
    start_server(0, 8);
    occupy(0);
    drain(CHILD_TASK);
    for (uint32_t i = 0; i < REFUSALS; i++)
        if (!IS(call_with(refusals[i].items, refusals[i].count), refusals[i].err))
            note("tap: # refusal %u", (unsigned)i);
    check_nothing_came(0);
    IS(call_with(good_items, 4), OK); /* without another frame */
    HOLDS(!page_is_free(CHILD_TASK, WINDOW) && !child_slot_is_free(0, SLOTS));
}

static void replies_are_refused(void)
{
    results_count = 0;
    set_windows(128, SLOTS_COUNT);
    prepare_sources();
    child_start(0, asks, 0);
    frames_donate(CHILD_TASK, 8);
    occupy(0);
    drain(CHILD_TASK);
    struct event event = expect_call(BADGE_CHILD);
    for (uint32_t i = 0; i < REFUSALS; i++) {
        const struct refusal *r = &refusals[i];
        bool good = IS(reply_with(&event, 0, r->items, r->count), r->err);
        good = good && IS(reply_with(&event, IPC_REPLY, r->items, r->count), r->err);
        if (!good)
            note("tap: # refusal %u", (unsigned)i);
    }
    check_nothing_came(0);
    IS(results_count, 0); /* it still waits */
    IS(reply_with(&event, 0, good_items, 4), OK);
    expect_end(0);
    IS(results[0], OK);
    IS(results[1], TAG(0, 4));
}

/* ------------------------------------------------------------------------------------- windows */

static void closed_windows_take_nothing(void)
{
    set_windows(0, 0);
    prepare_sources();
    start_server(0, 8);
    for (uint32_t i = 0; i < 4; i++)
        IS(call_with(&good_items[i], 1), ERR_WINDOW);
    IS(call_with(good_items, 0), OK);
}

static void windows_outside_user_space_take_nothing(void)
{
    static const uint32_t bad[][2] = {{USER_END, 1}, {USER_END, 0xfffff}, {WINDOW + 4, 4}, {0xfffff000, 4}};

    prepare_sources();
    for (uint32_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        set_windows(0, 0);
        window_address = bad[i][0];
        window_pages = bad[i][1];
        struct item item = good_items[0];
        item.to = bad[i][0];
        start_server(i, 8);
        IS(call_with(&item, 1), ERR_WINDOW);
        IS(sys_object_destroy(SERVICE), OK);
        expect_end(i);
    }
}

static void slot_windows_beyond_the_table_take_nothing(void)
{
    static const uint32_t bad[][3] = {
        {SLOT_COUNT, 1, 0}, {0, 1, 0}, {SLOT_COUNT - 1, 2, 1}, {0xffffffff, 2, 1}, {100, 0xffffffff, 0u - 50}};

    prepare_sources();
    for (uint32_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct item item = CAP(RIGHT_CALL, ENDPOINT, 1, bad[i][2]);
        set_windows(0, bad[i][1]);
        slots_first = bad[i][0];
        start_server(i, 8);
        if (!IS(call_with(&item, 1), ERR_WINDOW))
            note("tap: # slot window %u", (unsigned)i);
        IS(sys_object_destroy(SERVICE), OK);
        expect_end(i);
    }
}

/* ------------------------------------------------------------------------------------- accounts */

static void full_accounts_refuse_whole(void)
{
    set_windows(128, SLOTS_COUNT);
    prepare_sources();
    start_server(0, 0);
    drain(CHILD_TASK);
    message_page->shortfall = 0;
    IS(call_with(good_items, 4), ERR_ACCOUNT);
    IS(message_page->shortfall, 4); /* directory, table, companion, leaf */
    for (uint32_t left = 3; left > 0; left--) {
        frames_donate(CHILD_TASK, 1);
        IS(call_with(good_items, 4), ERR_ACCOUNT);
        IS(message_page->shortfall, left);
        HOLDS(page_is_free(CHILD_TASK, WINDOW));
    }
    frames_donate(CHILD_TASK, 1);
    IS(call_with(good_items, 4), OK);
    IS(cap_give(LOG, 0x4000, CHILD_TASK, RIGHT_NONE), ERR_ACCOUNT);
}

static void full_accounts_of_callers(void)
{
    results_count = 0;
    set_windows(128, SLOTS_COUNT);
    prepare_sources();
    child_start(0, asks, 0);
    struct event event = expect_call(BADGE_CHILD);
    drain(CHILD_TASK);
    IS(reply_with(&event, 0, good_items, 4), ERR_ACCOUNT);
    IS(message_page->shortfall, 4);
    IS(reply_with(&event, IPC_REPLY, good_items, 4), ERR_ACCOUNT);
    frames_donate(CHILD_TASK, 4);
    IS(reply_with(&event, 0, good_items, 4), OK);
    expect_end(0);
    IS(results[0], OK);
}

/* ---------------------------------------------------------------------------- rights and ends */

/* A chain of grants by address, each with one right less; then one more is asked for. */
static void rights_shrink_from_hand_to_hand(void)
{
    set_windows(8, 8);
    prepare_sources();
    start_server(0, 8);
    struct item item = ADDRESS(READ | RIGHT_GRANT, GRANTABLE, 1, 0);
    IS(call_with(&item, 1), OK);
    IS(sys_vm_map(OWN_TASK, ABSENT, READ_WRITE, CHILD_TASK, 1, WINDOW), ERR_RIGHTS);
    IS(sys_vm_map(OWN_TASK, ABSENT, READ | RIGHT_GRANT, CHILD_TASK, 1, WINDOW), OK);
    item = (struct item)ADDRESS(READ_WRITE, ABSENT, 1, 1);
    IS(call_with(&item, 1), ERR_RIGHTS);
    item = (struct item)ADDRESS(READ, ABSENT, 1, 1);
    IS(call_with(&item, 1), OK);
    IS(sys_vm_map(OWN_TASK, ABSENT + PAGE_SIZE, READ | RIGHT_GRANT, CHILD_TASK, 1, WINDOW + PAGE_SIZE), ERR_RIGHTS);
}

/* Pages granted in circles between two tasks: 31 deep and no deeper. */
static void pages_are_granted_31_deep(void)
{
    uint32_t given = 0;

    set_windows(64, 0);
    map_frame(SCRATCH, fresh_frames(1), READ | RIGHT_GRANT);
    start_server(0, 4);
    for (uint32_t at = 0; at < 40; at++, given++) {
        struct item item = ADDRESS(READ | RIGHT_GRANT, SCRATCH + at * PAGE_SIZE, 1, at);
        err_t err = call_with(&item, 1);
        if (err == ERR_DEPTH)
            break;
        IS(err, OK);
        IS(sys_vm_map(OWN_TASK, SCRATCH + (at + 1) * PAGE_SIZE, READ | RIGHT_GRANT, CHILD_TASK, 1,
                      WINDOW + at * PAGE_SIZE),
           OK);
    }
    IS(given, 30); /* the first mapping has depth 1 */
    IS(sys_vm_unmap(OWN_TASK, SCRATCH, 1), OK);
    for (uint32_t at = 0; at < given; at++)
        HOLDS(page_is_free(CHILD_TASK, WINDOW + at * PAGE_SIZE));
}

/* The granter is destroyed between grant and use; then the receiver. */
static void ends_around_a_grant(void)
{
    results_count = 0;
    set_windows(8, 8);
    prepare_sources();
    child_start(0, asks, 0);
    frames_donate(CHILD_TASK, 4);
    struct event event = expect_call(BADGE_CHILD);
    IS(reply_with(&event, 0, good_items, 4), OK);
    IS(sys_vm_unmap(OWN_TASK, GRANTABLE, 1), OK); /* everything derived from it is unmapped */
    expect_end(0);
    HOLDS(page_is_free(CHILD_TASK, WINDOW) && !page_is_free(CHILD_TASK, WINDOW + PAGE_SIZE));
    IS(sys_cap_delete(BADGED), OK);
    HOLDS(child_slot_is_free(0, SLOTS + 1) && !child_slot_is_free(0, SLOTS));
    child_start(1, asks, 0);
    event = expect_call(BADGE_CHILD + 1);
    IS(sys_object_destroy(CHILD_TASK + 1), OK);
    IS(reply_with(&event, 0, good_items + 1, 1), ERR_STALE);
}

static void whole_messages_of_64_pages(void)
{
    uint32_t frame = fresh_frames(64);
    struct item items[4];

    set_windows(128, 0);
    start_server(0, 8);
    for (uint32_t i = 0; i < 4; i++)
        items[i] = (struct item)MEM(READ, MEMORY, frame + 16 * i, 16, 20 * i);
    IS(call_with(items, 4), OK);
    for (uint32_t page = 0; page < 80; page++)
        IS(page_is_free(CHILD_TASK, WINDOW + page * PAGE_SIZE), page % 20 >= 16);
}

/* As many missing tables as a message can need: each item crosses a table's end, two of them a directory's end. */
static void a_message_opens_eight_tables(void)
{
    enum { SHORTFALL = 8 * 2 + 2, FIRST = 0x10000000, HALF = 8 * PAGE_SIZE };
    static const uint32_t ends[4] = {0x20000000, 0x40000000, 0x60000000, 0x80000000};
    uint32_t frame = fresh_frames(64);
    struct item items[4];

    set_windows(0, 0);
    window_address = FIRST;
    window_pages = (ends[3] - FIRST + HALF) / PAGE_SIZE;
    start_server(0, 0);
    drain(CHILD_TASK);
    for (uint32_t i = 0; i < 4; i++)
        items[i] = item_memory(MEMORY, READ, frame + 16 * i, 16, ends[i] - HALF);
    IS(call_with(items, 4), ERR_ACCOUNT);
    IS(message_page->shortfall, SHORTFALL);
    frames_donate(CHILD_TASK, SHORTFALL);
    IS(call_with(items, 4), OK);
    for (uint32_t i = 0; i < 4; i++)
        for (uint32_t page = 0; page < 18; page++)
            IS(page_is_free(CHILD_TASK, ends[i] - HALF + (page - 1) * PAGE_SIZE), page == 0 || page == 17);
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct point points[] = {
        {"call: every refusal of items, nothing is passed", calls_are_refused},
        {"reply, reply_wait: every refusal of items, the reply stays owed", replies_are_refused},
        {"closed windows receive nothing", closed_windows_take_nothing},
        {"windows outside user space take nothing", windows_outside_user_space_take_nothing},
        {"windows beyond the table take nothing", slot_windows_beyond_the_table_take_nothing},
        {"call: ERR_ACCOUNT reports what the receiver lacks", full_accounts_refuse_whole},
        {"reply: ERR_ACCOUNT, the reply stays owed", full_accounts_of_callers},
        {"rights shrink from hand to hand", rights_shrink_from_hand_to_hand},
        {"pages are granted 31 deep", pages_are_granted_31_deep},
        {"ends around a grant", ends_around_a_grant},
        {"64 pages in a message", whole_messages_of_64_pages},
        {"a message opens eight tables at once", a_message_opens_eight_tables},
    };

    (void)ebx, (void)esi, (void)edi;
    POINTS_RUN(points);
}
