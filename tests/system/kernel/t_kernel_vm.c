/* Address spaces: map, unmap, protect; the result of an access afterwards, with a warm TLB. */
#include "tests/system/kernel/kernel_test.h"

enum {
    A = FIRST_SLOT,
    B,
    C,
    EMPTY = 100,
    LAST_PAGE = USER_END - PAGE_SIZE,
    SECOND = SCRATCH + PAGE_SIZE,
    FAR = 0x30000000,
};

static volatile uint32_t *const scratch = (volatile uint32_t *)SCRATCH;
static volatile uint32_t seen;

static err_t map(uint32_t address_rights, uint32_t pages, uint32_t offset)
{
    return sys_vm_map(OWN_TASK, address_rights & -(uint32_t)PAGE_SIZE, address_rights % PAGE_SIZE, MEMORY, pages,
                      offset);
}

/* --------------------------------------------------------------------------------------- errors */

static void capabilities_are_checked(void)
{
    uint32_t frame = fresh_frames(1);

    IS(cap_copy(OWN_TASK, A, RIGHT_GRANT), OK);
    IS(sys_vm_map(EMPTY, SCRATCH, READ, MEMORY, 1, frame), ERR_CAP);
    IS(sys_vm_map(0xffff, SCRATCH, READ, MEMORY, 1, frame), ERR_CAP);
    IS(sys_vm_map(MEMORY, SCRATCH, READ, MEMORY, 1, frame), ERR_CAP);
    IS(sys_vm_map(OWN_TASK, SCRATCH, READ, EMPTY, 1, frame), ERR_CAP);
    IS(sys_vm_map(OWN_TASK, SCRATCH, READ, ENDPOINT, 1, frame), ERR_CAP);
    IS(sys_vm_map(OWN_TASK, SCRATCH, READ, PORTS, 1, frame), ERR_CAP);
    IS(sys_vm_map(A, SCRATCH, READ, MEMORY, 1, frame), ERR_RIGHTS);
    IS(sys_vm_map(OWN_TASK, SCRATCH, READ, A, 1, PROGRAM_BASE), ERR_RIGHTS);
    IS(sys_vm_unmap(EMPTY, SCRATCH, 1), ERR_CAP);
    IS(sys_vm_unmap(A, SCRATCH, 1), ERR_RIGHTS);
    IS(sys_vm_protect(EMPTY, SCRATCH, READ, 1), ERR_CAP);
    IS(sys_vm_protect(A, SCRATCH, READ, 1), ERR_RIGHTS);
    HOLDS(page_is_free(OWN_TASK, SCRATCH));
    IS(map(SCRATCH | READ, 1, frame), OK);
}

static void mappings_have_no_more_rights_than_their_source(void)
{
    uint32_t frame = fresh_frames(1);

    IS(cap_part(MEMORY, A, READ, frame, 1), OK);
    IS(sys_vm_map(OWN_TASK, SCRATCH, READ_WRITE, A, 1, 0), ERR_RIGHTS);
    IS(sys_vm_map(OWN_TASK, SCRATCH, READ_EXECUTE, A, 1, 0), ERR_RIGHTS);
    IS(sys_vm_map(OWN_TASK, SCRATCH, READ | RIGHT_GRANT, A, 1, 0), ERR_RIGHTS);
    HOLDS(page_is_free(OWN_TASK, SCRATCH));
    IS(sys_vm_map(OWN_TASK, SCRATCH, READ, A, 1, 0), OK);
    IS(sys_vm_map(OWN_TASK, SECOND, READ_WRITE, OWN_TASK, 1, SCRATCH), ERR_RIGHTS);
    IS(sys_vm_map(OWN_TASK, SECOND, READ | RIGHT_GRANT, OWN_TASK, 1, SCRATCH), ERR_RIGHTS);
    HOLDS(page_is_free(OWN_TASK, SECOND));
    IS(sys_vm_map(OWN_TASK, SECOND, READ, OWN_TASK, 1, SCRATCH), OK);
}

static void writable_and_executable_is_refused(void)
{
    uint32_t frame = fresh_frames(1);

    for (uint32_t rights = 0; rights <= RIGHT_ALL; rights++) {
        bool both = (rights & RIGHT_WRITE) && (rights & RIGHT_EXECUTE);
        bool bad = both || !(rights & RIGHT_READ) || (rights & RIGHT_OWN);
        IS(map(SCRATCH | rights, 1, frame), bad ? ERR_ARG : OK);
        IS(page_is_free(OWN_TASK, SCRATCH), bad);
        if (!bad)
            IS(sys_vm_unmap(OWN_TASK, SCRATCH, 1), OK);
    }
}

static void protect_never_gives_both(void)
{
    map_frame(SCRATCH, fresh_frames(1), READ_WRITE);
    IS(sys_vm_protect(OWN_TASK, SCRATCH, RIGHT_WRITE | READ_EXECUTE, 1), ERR_ARG);
    IS(sys_vm_protect(OWN_TASK, SCRATCH, 0, 1), ERR_ARG);
    IS(sys_vm_protect(OWN_TASK, SCRATCH, RIGHT_WRITE, 1), ERR_ARG);
    IS(sys_vm_protect(OWN_TASK, SCRATCH, READ | RIGHT_OWN, 1), ERR_ARG);
    scratch[0] = 1;                                             /* still writable */
    IS(sys_vm_protect(OWN_TASK, SCRATCH, READ_EXECUTE, 1), OK); /* only lowers: now read-only */
    IS(sys_vm_map(OWN_TASK, SECOND, READ_EXECUTE, OWN_TASK, 1, SCRATCH), ERR_RIGHTS);
    IS(sys_vm_map(OWN_TASK, SECOND, READ_WRITE, OWN_TASK, 1, SCRATCH), ERR_RIGHTS);
    IS(sys_vm_protect(OWN_TASK, SCRATCH, READ_WRITE, 1), OK); /* and never raises */
    IS(sys_vm_map(OWN_TASK, SECOND, READ_WRITE, OWN_TASK, 1, SCRATCH), ERR_RIGHTS);
}

struct range {
    uint32_t address, pages;
};

static const struct range bad_ranges[] = {
    {SCRATCH + 0x20, 1},           /* unaligned */
    {SCRATCH + 0x800, 1},          /* unaligned */
    {SCRATCH, 0},                  /* nothing */
    {SCRATCH, CALL_PAGES_MAX + 1}, /* more than a call may touch */
    {SCRATCH, 0xffff},
    {LAST_PAGE, 2}, /* across the split */
    {USER_END, 1},  /* the kernel */
    {USER_END + 0x200000, 1},
    {0xfffff000, 1},
    {0xfffff000, 2}, /* wraps to 0 */
    {0xfffff000, 64},
};

static void ranges_are_checked(void)
{
    uint32_t frame = fresh_frames(CALL_PAGES_MAX);

    for (unsigned i = 0; i < sizeof(bad_ranges) / sizeof(bad_ranges[0]); i++) {
        struct range r = bad_ranges[i];
        if (!IS(map(r.address | READ, r.pages, frame), ERR_ARG))
            note("tap: # bad range %u", i);
        IS(sys_vm_map(OWN_TASK, SCRATCH, READ, OWN_TASK, r.pages, r.address), ERR_ARG);
        IS(sys_vm_unmap(OWN_TASK, r.address, r.pages), ERR_ARG);
        IS(sys_vm_protect(OWN_TASK, r.address, READ, r.pages), ERR_ARG);
    }
    IS(sys_vm_unmap(OWN_TASK, SCRATCH, 0x80000001), ERR_ARG);
    IS(sys_vm_unmap(OWN_TASK, SCRATCH, 0xffffffff), ERR_ARG);
    IS(sys_vm_protect(OWN_TASK, SCRATCH, READ, 0xffffffff), ERR_ARG);
    for (uint32_t page = 0; page < CALL_PAGES_MAX; page++)
        HOLDS(page_is_free(OWN_TASK, SCRATCH + page * PAGE_SIZE));
    IS(map(SCRATCH | READ, CALL_PAGES_MAX, frame), OK);
}

static void the_edges_of_the_user_space_are_usable(void)
{
    uint32_t frame = fresh_frames(2);

    IS(map(LAST_PAGE | READ_WRITE, 1, frame), OK);
    *(volatile uint32_t *)LAST_PAGE = 1;
    IS(sys_vm_unmap(OWN_TASK, LAST_PAGE, 1), OK);
    HOLDS(page_is_free(OWN_TASK, LAST_PAGE));
}

static void offsets_are_checked(void)
{
    IS(map(SCRATCH | READ, 1, TEST_FRAMES), ERR_ARG);
    IS(map(SCRATCH | READ, 2, TEST_FRAMES - 1), ERR_ARG);
    IS(map(SCRATCH | READ, 1, 0xffffffff), ERR_ARG);
    IS(map(SCRATCH | READ, 2, 0xffffffff), ERR_ARG);
    IS(map(SCRATCH | READ, 64, 0xffffffc0), ERR_ARG);
    IS(cap_part(MEMORY, A, READ, fresh_frames(2), 2), OK);
    IS(sys_vm_map(OWN_TASK, SCRATCH, READ, A, 3, 0), ERR_ARG);
    IS(sys_vm_map(OWN_TASK, SCRATCH, READ, A, 2, 1), ERR_ARG);
    HOLDS(page_is_free(OWN_TASK, SCRATCH));
    IS(sys_vm_map(OWN_TASK, SCRATCH, READ, A, 2, 0), OK);
}

static void occupied_pages_are_refused_whole(void)
{
    uint32_t frame = fresh_frames(4);

    map_frame(SECOND + PAGE_SIZE, frame, READ);
    IS(map(SCRATCH | READ, 4, frame), ERR_TAKEN);
    HOLDS(page_is_free(OWN_TASK, SCRATCH) && page_is_free(OWN_TASK, SECOND));
    HOLDS(page_is_free(OWN_TASK, SECOND + 2 * PAGE_SIZE));
    IS(map(MESSAGE_PAGE | READ, 1, frame), ERR_TAKEN);
    IS(map(PROGRAM_BASE | READ, 1, frame), ERR_TAKEN);
    IS(map(SCRATCH | READ, 2, frame), OK);
}

static void absent_pages_are_refused_whole(void)
{
    map_frame(SCRATCH, fresh_frames(1), READ);
    IS(sys_vm_map(OWN_TASK, SCRATCH + 0x8000, READ, OWN_TASK, 2, SCRATCH), ERR_ABSENT);
    IS(sys_vm_map(OWN_TASK, SCRATCH + 0x8000, READ, OWN_TASK, 1, FAR), ERR_ABSENT);
    HOLDS(page_is_free(OWN_TASK, SCRATCH + 0x8000));
    IS(sys_vm_protect(OWN_TASK, SCRATCH, READ, 2), ERR_ABSENT);
    IS(sys_vm_protect(OWN_TASK, FAR, READ, 1), ERR_ABSENT);
    IS(sys_vm_unmap(OWN_TASK, FAR, 64), OK); /* holes are skipped */
    IS(sys_vm_unmap(OWN_TASK, SCRATCH - PAGE_SIZE, 3), OK);
    HOLDS(page_is_free(OWN_TASK, SCRATCH));
}

/* A message page is kernel memory: no call maps, protects or unmaps it. */
static void message_pages_are_out_of_reach(void)
{
    IS(sys_vm_map(OWN_TASK, SCRATCH, READ, OWN_TASK, 1, MESSAGE_PAGE), ERR_ABSENT);
    IS(sys_vm_protect(OWN_TASK, MESSAGE_PAGE, READ, 1), ERR_ABSENT);
    IS(sys_vm_unmap(OWN_TASK, MESSAGE_PAGE, 1), OK);
    message_page->words[0] = 1;
    HOLDS(page_is_free(OWN_TASK, SCRATCH));
}

static void kernel_memory_is_refused(void)
{
    uint32_t frame = fresh_frames(3);

    IS(sys_task_create(MEMORY, frame, A), OK);
    IS(sys_task_donate(A, MEMORY, 1, frame + 1), OK);
    IS(map(SCRATCH | READ, 1, frame), ERR_FRAME);
    IS(map(SCRATCH | READ, 1, frame + 1), ERR_FRAME);
    IS(map(SCRATCH | READ, 2, frame + 1), ERR_FRAME);
    IS(map(SCRATCH | READ, 3, frame), ERR_FRAME);
    HOLDS(page_is_free(OWN_TASK, SCRATCH) && page_is_free(OWN_TASK, SECOND));
    IS(sys_object_destroy(A), OK);
    IS(map(SCRATCH | READ, 3, frame), OK);
}

static void an_account_without_frames_refuses(void)
{
    uint32_t frame = fresh_frames(2);

    child_make(0, 0);
    drain(CHILD_TASK);
    message_page->shortfall = 0;
    IS(sys_vm_map(CHILD_TASK, SCRATCH, READ, MEMORY, 1, frame), ERR_ACCOUNT);
    IS(message_page->shortfall, 3); /* directory, table, companion */
    frames_donate(CHILD_TASK, 2);
    IS(sys_vm_map(CHILD_TASK, SCRATCH, READ, MEMORY, 1, frame), ERR_ACCOUNT);
    IS(message_page->shortfall, 1);
    frames_donate(CHILD_TASK, 1);
    IS(sys_vm_map(CHILD_TASK, SCRATCH, READ, MEMORY, 1, frame), OK);
    /* Across a table's end: one more table. */
    IS(sys_vm_map(CHILD_TASK, SCRATCH + 0x1ff000, READ, MEMORY, 2, frame), ERR_ACCOUNT);
    IS(message_page->shortfall, 2);
    HOLDS(page_is_free(CHILD_TASK, SCRATCH + 0x1ff000));
    frames_donate(CHILD_TASK, 2);
    IS(sys_vm_map(CHILD_TASK, SCRATCH + 0x1ff000, READ, MEMORY, 2, frame), OK);
}

/* ------------------------------------------------------------------------------------- touching */

/* Reads, reports, then reads or writes again (bit 0 of `what`: write). The page is in the TLB. */
static void toucher(uint32_t what)
{
    seen = scratch[0];
    parent_call(0);
    if (what & 1)
        scratch[0] = 99;
    else
        seen = scratch[0];
}

static struct event start_toucher(uint32_t k, uint32_t what)
{
    child_start(k, toucher, what);
    frames_donate(CHILD_TASK + k, 4);
    IS(sys_vm_map(CHILD_TASK + k, SCRATCH, READ_WRITE_GRANT, OWN_TASK, 1, SCRATCH), OK);
    return expect_call(BADGE_CHILD + k);
}

static void map_shared(void)
{
    map_frame(SCRATCH, fresh_frames(1), READ_WRITE_GRANT)[0] = 7;
}

static bool faults_at_scratch(uint32_t k, uint32_t cause)
{
    struct event event;

    return expect_fault(k, VECTOR_PAGE_FAULT, &event) && IS(event.words.w[0], SCRATCH) && IS(event.words.w[1], cause);
}

static void unmapped_then_touched(void)
{
    for (uint32_t what = 0; what < 2; what++) {
        IS(sys_vm_unmap(OWN_TASK, SCRATCH, 1), OK);
        map_shared();
        struct event event = start_toucher(what, what);
        IS(seen, 7);
        IS(sys_vm_unmap(CHILD_TASK + what, SCRATCH, 1), OK);
        IS(event_reply_word(&event, 0), OK);
        faults_at_scratch(what, FAULT_USER | (what ? FAULT_WRITE : 0u));
    }
    IS(scratch[0], 7);
}

static void protected_then_written(void)
{
    map_shared();
    struct event event = start_toucher(0, 1);
    IS(sys_vm_protect(CHILD_TASK, SCRATCH, READ, 1), OK);
    scratch[1] = 5; /* the other holder keeps its right */
    IS(event_reply_word(&event, 0), OK);
    faults_at_scratch(0, FAULT_USER | FAULT_WRITE | FAULT_PRESENT);
    IS(scratch[0], 7);
}

static void revoked_then_touched(void)
{
    uint32_t frame = fresh_frames(1);

    map_frame(SCRATCH, frame, READ_WRITE_GRANT)[0] = 7;
    struct event first = start_toucher(0, 0), second = start_toucher(1, 1);
    IS(sys_memory_revoke(MEMORY, frame, 1), OK);
    HOLDS(page_is_free(OWN_TASK, SCRATCH));
    IS(event_reply_word(&first, 0), OK);
    faults_at_scratch(0, FAULT_USER);
    IS(event_reply_word(&second, 0), OK);
    faults_at_scratch(1, FAULT_USER | FAULT_WRITE);
}

/* The same in the running task itself, by one of our threads, without a switch in between. */
static void own_toucher(uint32_t how)
{
    seen = scratch[0];
    scratch[0] = 8;
    err_t err = how ? sys_vm_protect(OWN_TASK, SCRATCH, READ, 1) : sys_vm_unmap(OWN_TASK, SCRATCH, 1);
    seen = (uint32_t)err;
    scratch[0] = 9;
}

static void on_the_same_processor_at_once(void)
{
    struct event event;

    for (uint32_t how = 0; how < 2; how++) {
        map_shared();
        struct plan plan = own_thread(how, own_toucher, how);
        thread_start(&plan);
        HOLDS(expect_fault(how, VECTOR_PAGE_FAULT, &event));
        IS(event.words.w[0], SCRATCH);
        IS(event.words.w[1], FAULT_USER | FAULT_WRITE | (how ? FAULT_PRESENT : 0));
        IS(seen, OK);
    }
    IS(scratch[0], 8);
    IS(sys_vm_unmap(OWN_TASK, SCRATCH, 1), OK);
}

/* Lowering a mapping also lowers what was derived from it, here by a message to a third task. */
static void receiver(uint32_t unused)
{
    (void)unused;
    message_page->window = SCRATCH;
    message_page->window_pages = 1;
    struct words words = {{0}};
    err_t err = ipc_call(PARENT, IPC_WINDOW, &words);
    seen = err ? 0xbad : scratch[0];
    parent_call(1);
    scratch[0] = 10;
}

static void grant_scratch(uint32_t k)
{
    child_start(k, receiver, 0);
    frames_donate(CHILD_TASK + k, 4);
    struct event event = expect_call(BADGE_CHILD + k);
    message_page->items[0] = item_address(SCRATCH, READ_WRITE, 1, SCRATCH);
    IS(event_reply(&event, ipc_extend(0, 1), &(struct words){{0}}), OK);
}

static void derived_mappings_follow(void)
{
    struct event first, second;

    map_shared();
    grant_scratch(0);
    first = expect_call(BADGE_CHILD);
    grant_scratch(1);
    second = expect_call(BADGE_CHILD + 1);
    IS(seen, 7);
    IS(sys_vm_protect(OWN_TASK, SCRATCH, READ, 1), OK);
    IS(event_reply_word(&first, 0), OK);
    faults_at_scratch(0, FAULT_USER | FAULT_WRITE | FAULT_PRESENT);
    IS(sys_vm_unmap(OWN_TASK, SCRATCH, 1), OK);
    HOLDS(page_is_free(CHILD_TASK, SCRATCH) && page_is_free(CHILD_TASK + 1, SCRATCH));
    IS(event_reply_word(&second, 0), OK);
    faults_at_scratch(1, FAULT_USER | FAULT_WRITE);
}

/* A sibling is not derived from its source: it stays when the source is unmapped. */
static void siblings_are_independent(void)
{
    map_shared();
    IS(sys_vm_map(OWN_TASK, SECOND, READ_WRITE, OWN_TASK, 1, SCRATCH), OK);
    IS(sys_vm_unmap(OWN_TASK, SCRATCH, 1), OK);
    IS(*(volatile uint32_t *)SECOND, 7);
    HOLDS(page_is_free(OWN_TASK, SCRATCH));
}

/* More descendants than one call may lower. */
static void protect_with_too_many_descendants(void)
{
    enum { MANY = CALL_PAGES_MAX + 1 };
    uint32_t frame = fresh_frames(1);

    child_start(0, receiver, 0);
    frames_donate(CHILD_TASK, 4);
    map_frame(SCRATCH, frame, READ_WRITE_GRANT)[0] = 7;
    struct event event = expect_call(BADGE_CHILD);
    message_page->items[0] = item_address(SCRATCH, READ_WRITE, 1, SCRATCH);
    IS(event_reply(&event, ipc_extend(0, 1), &(struct words){{0}}), OK);
    event = expect_call(BADGE_CHILD);
    for (uint32_t i = 1; i < MANY; i++)
        IS(sys_vm_map(CHILD_TASK, SCRATCH + i * PAGE_SIZE, READ_WRITE, CHILD_TASK, 1, SCRATCH), OK);
    IS(sys_vm_protect(OWN_TASK, SCRATCH, READ, 1), ERR_BUSY);
    scratch[0] = 8;
    IS(event_reply_word(&event, 0), OK); /* nothing was lowered: the child writes and ends */
    expect_end(0);
    IS(scratch[0], 10);
    IS(sys_vm_unmap(CHILD_TASK, SCRATCH + 5 * PAGE_SIZE, 1), OK);
    IS(sys_vm_protect(OWN_TASK, SCRATCH, READ, 1), OK);
    IS(sys_vm_unmap(OWN_TASK, SCRATCH, 1), OK);
    for (uint32_t i = 0; i < MANY; i++)
        HOLDS(page_is_free(CHILD_TASK, SCRATCH + i * PAGE_SIZE));
}

/* After the end of a task with 200 mapped pages they are mapped nowhere: the harness checks that. */
static void end_unmaps(void)
{
    uint32_t frame = fresh_frames(64);

    child_make(0, 12);
    for (uint32_t i = 0; i < 4; i++)
        IS(sys_vm_map(CHILD_TASK, SCRATCH + i * 0x200000, READ_WRITE, MEMORY, 64, frame), OK);
    IS(sys_object_destroy(CHILD_TASK), OK);
    IS(sys_vm_map(CHILD_TASK, SCRATCH, READ, MEMORY, 1, frame), ERR_CAP);
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct point points[] = {
        {"map, unmap, protect: capabilities and their rights", capabilities_are_checked},
        {"map: a right that the source lacks is refused", mappings_have_no_more_rights_than_their_source},
        {"map: writable and executable, or unreadable, is refused", writable_and_executable_is_refused},
        {"protect: only lowers", protect_never_gives_both},
        {"map, unmap, protect: lengths and addresses that wrap or leave user space", ranges_are_checked},
        {"map: the last user page", the_edges_of_the_user_space_are_usable},
        {"map: offsets outside the capability", offsets_are_checked},
        {"map: an occupied page refuses all", occupied_pages_are_refused_whole},
        {"map, protect: an absent page refuses all", absent_pages_are_refused_whole},
        {"message pages are out of reach", message_pages_are_out_of_reach},
        {"map: kernel memory is refused", kernel_memory_is_refused},
        {"map: ERR_ACCOUNT reports the shortfall, which suffices", an_account_without_frames_refuses},
        {"a touch after unmap faults", unmapped_then_touched},
        {"a write after protect faults, the other holder writes", protected_then_written},
        {"a touch after revoke faults", revoked_then_touched},
        {"the same within the running thread", on_the_same_processor_at_once},
        {"protect and unmap reach what was derived", derived_mappings_follow},
        {"a sibling stays when its source goes", siblings_are_independent},
        {"protect: too many descendants are ERR_BUSY", protect_with_too_many_descendants},
        {"a task's end unmaps its pages", end_unmaps},
    };

    (void)ebx, (void)esi, (void)edi;
    POINTS_RUN(points);
}
