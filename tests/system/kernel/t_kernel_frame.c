/* Frames and memory capabilities: clear, copy, revoke, donate; what a destroyed task gives back. */
#include "tests/system/kernel/kernel_test.h"

enum { A = FIRST_SLOT, B, C, TASK, EMPTY = 100, WORDS = PAGE_SIZE / 4, MANY_SLOTS = 0x2000 };

static volatile uint32_t *const scratch = (volatile uint32_t *)SCRATCH;

static void fill(volatile uint32_t *page, uint32_t value)
{
    for (uint32_t i = 0; i < WORDS; i++)
        page[i] = value + i;
}

/* How many words of the page are not `value` + index (from `first` on). */
static uint32_t differing(const volatile uint32_t *page, uint32_t value, uint32_t first)
{
    uint32_t count = 0;

    for (uint32_t i = first; i < WORDS; i++)
        count += page[i] != value + i;
    return count;
}

static uint32_t nonzero(const volatile uint32_t *page)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < WORDS; i++)
        count += page[i] != 0;
    return count;
}

static err_t donate(uint32_t memory, uint32_t pages, uint32_t offset)
{
    return sys_task_donate(TASK, memory, pages, offset);
}

/* --------------------------------------------------------------------------------- clear, copy */

static void clear_refuses(void)
{
    uint32_t frame = fresh_frames(2);
    volatile uint32_t *page = map_frame(SCRATCH, frame, READ_WRITE);

    fill(page, 5);
    IS(cap_part(MEMORY, A, READ, frame, 1), OK);
    IS(sys_frame_clear(EMPTY, 0), ERR_CAP);
    IS(sys_frame_clear(ENDPOINT, 0), ERR_CAP);
    IS(sys_frame_clear(PORTS, 0), ERR_CAP);
    IS(sys_frame_clear(A, 0), ERR_RIGHTS);
    IS(cap_part(MEMORY, B, READ_WRITE, frame, 1), OK);
    IS(sys_frame_clear(B, 1), ERR_ARG);
    IS(sys_frame_clear(B, 0xffffffff), ERR_ARG);
    IS(sys_frame_clear(MEMORY, TEST_FRAMES), ERR_ARG);
    IS(differing(page, 5, 0), 0);
    IS(sys_frame_clear(B, 0), OK);
    IS(nonzero(page), 0);
    IS(sys_task_create(MEMORY, frame + 1, TASK), OK);
    IS(sys_frame_clear(MEMORY, frame + 1), ERR_FRAME);
    IS(sys_object_destroy(TASK), OK);
    IS(sys_frame_clear(MEMORY, frame + 1), OK);
}

static void copy_refuses(void)
{
    uint32_t frame = fresh_frames(3);
    volatile uint32_t *to = map_frame(SCRATCH, frame, READ_WRITE);

    fill(to, 5);
    IS(cap_copy(MEMORY, A, READ), OK);
    IS(cap_copy(MEMORY, B, RIGHT_WRITE), OK);
    IS(sys_frame_copy(EMPTY, frame, MEMORY, frame + 1, 8), ERR_CAP);
    IS(sys_frame_copy(MEMORY, frame, EMPTY, frame + 1, 8), ERR_CAP);
    IS(sys_frame_copy(MEMORY, frame, LOG, 0, 8), ERR_CAP);
    IS(sys_frame_copy(A, frame, MEMORY, frame + 1, 8), ERR_RIGHTS);
    IS(sys_frame_copy(MEMORY, frame, B, frame + 1, 8), ERR_RIGHTS);
    IS(sys_frame_copy(MEMORY, frame, MEMORY, frame + 1, 0), ERR_ARG);
    IS(sys_frame_copy(MEMORY, frame, MEMORY, frame + 1, PAGE_SIZE + 1), ERR_ARG);
    IS(sys_frame_copy(MEMORY, frame, MEMORY, frame + 1, 0xffffffff), ERR_ARG);
    IS(sys_frame_copy(MEMORY, TEST_FRAMES, MEMORY, frame + 1, 8), ERR_ARG);
    IS(sys_frame_copy(MEMORY, frame, MEMORY, TEST_FRAMES, 8), ERR_ARG);
    IS(sys_task_create(MEMORY, frame + 2, TASK), OK);
    IS(sys_frame_copy(MEMORY, frame, MEMORY, frame + 2, 8), ERR_FRAME);
    IS(sys_frame_copy(MEMORY, frame + 2, MEMORY, frame, 8), ERR_FRAME);
    IS(differing(to, 5, 0), 0);
    IS(sys_frame_copy(B, frame, A, frame + 1, 8), OK);
    IS(nonzero(to), 0);
}

static void a_forged_source_slot_is_refused(void)
{
    uint32_t frame = fresh_frames(2);
    volatile uint32_t *to = map_frame(SCRATCH, frame, READ_WRITE);

    fill(to, 5);
    IS(sys_frame_copy(MEMORY, frame, SLOT_COUNT | MEMORY, frame + 1, 8), ERR_CAP);
    IS(sys_frame_copy(MEMORY, frame, 0x80000000 | MEMORY, frame + 1, 8), ERR_CAP);
    IS(sys_frame_copy(MEMORY, frame, SLOT_COUNT, frame + 1, 8), ERR_CAP);
    IS(differing(to, 5, 0), 0);
}

static void copy_zeroes_the_rest(void)
{
    static const uint32_t lengths[] = {4, 8, 1024, PAGE_SIZE - 4, PAGE_SIZE};
    uint32_t frame = fresh_frames(2);
    volatile uint32_t *to = map_frame(SCRATCH, frame, READ_WRITE);
    volatile uint32_t *from = map_frame(SCRATCH + PAGE_SIZE, frame + 1, READ_WRITE);

    fill(from, 0x1000);
    for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        fill(to, 5);
        IS(sys_frame_copy(MEMORY, frame, MEMORY, frame + 1, lengths[i]), OK);
        IS(WORDS - differing(to, 0x1000, 0), lengths[i] / 4);
        IS(nonzero(to), lengths[i] / 4);
    }
    IS(sys_frame_copy(MEMORY, frame + 1, MEMORY, frame + 1, 16), OK); /* onto itself */
    IS(nonzero(from), 4);
    IS(sys_frame_copy(MEMORY, frame, MEMORY, frame + 1, 3), OK);
    IS(to[0], 0x1000);
}

/* ------------------------------------------------------------------------------ tasks of frames */

static void task_create_refuses(void)
{
    uint32_t frame = fresh_frames(4);

    IS(cap_copy(MEMORY, A, READ_WRITE), OK);
    IS(cap_copy(MEMORY, B, READ | RIGHT_OWN), OK);
    IS(sys_task_create(EMPTY, frame, TASK), ERR_CAP);
    IS(sys_task_create(OWN_TASK, frame, TASK), ERR_CAP);
    IS(sys_task_create(A, frame, TASK), ERR_RIGHTS);
    IS(sys_task_create(B, frame, TASK), ERR_RIGHTS);
    IS(sys_task_create(MEMORY, TEST_FRAMES, TASK), ERR_ARG);
    IS(sys_task_create(MEMORY, 0xffffffff, TASK), ERR_ARG);
    IS(sys_task_create(MEMORY, frame, 0), ERR_ARG);
    IS(sys_task_create(MEMORY, frame, SLOT_COUNT), ERR_ARG);
    IS(sys_task_create(MEMORY, frame, 0xffffffff), ERR_ARG);
    IS(sys_task_create(MEMORY, frame, A), ERR_TAKEN);
    map_frame(SCRATCH, frame + 1, READ);
    IS(sys_task_create(MEMORY, frame + 1, TASK), ERR_FRAME); /* mapped */
    HOLDS(slot_is_free(TASK));
    IS(sys_task_create(MEMORY, frame, TASK), OK);
    IS(sys_task_create(MEMORY, frame, C), ERR_FRAME); /* a task already */
    HOLDS(slot_is_free(C));
}

static void task_donate_refuses(void)
{
    uint32_t frame = fresh_frames(70);

    IS(sys_task_create(MEMORY, frame, TASK), OK);
    IS(cap_copy(MEMORY, A, READ_WRITE), OK);
    IS(cap_copy(TASK, C, RIGHT_GRANT), OK);
    IS(sys_task_donate(EMPTY, MEMORY, 1, frame + 1), ERR_CAP);
    IS(sys_task_donate(MEMORY, MEMORY, 1, frame + 1), ERR_CAP);
    IS(donate(EMPTY, 1, frame + 1), ERR_CAP);
    IS(donate(A, 1, frame + 1), ERR_RIGHTS);
    IS(sys_task_donate(C, MEMORY, 1, frame + 1), ERR_RIGHTS);
    IS(donate(MEMORY, 0, frame + 1), ERR_ARG);
    IS(donate(MEMORY, CALL_PAGES_MAX + 1, frame + 1), ERR_ARG);
    IS(donate(MEMORY, 1, TEST_FRAMES), ERR_ARG);
    IS(donate(MEMORY, 2, TEST_FRAMES - 1), ERR_ARG);
    IS(donate(MEMORY, 1, 0xffffffff), ERR_ARG);
    map_frame(SCRATCH, frame + 2, READ);
    IS(donate(MEMORY, 1, frame), ERR_FRAME);
    IS(donate(MEMORY, 1, frame + 2), ERR_FRAME);
    IS(donate(MEMORY, 3, frame + 1), ERR_FRAME); /* the middle one: none is donated */
    map_frame(SCRATCH + PAGE_SIZE, frame + 1, READ);
    map_frame(SCRATCH + 2 * PAGE_SIZE, frame + 3, READ);
    IS(sys_vm_unmap(OWN_TASK, SCRATCH, 3), OK);
    IS(donate(MEMORY, CALL_PAGES_MAX, frame + 1), OK);
    IS(donate(MEMORY, 1, frame + 1), ERR_FRAME); /* twice */
}

static void donated_frames_come_back(void)
{
    uint32_t frame = fresh_frames(65);

    for (uint32_t i = 0; i < 20; i++) {
        IS(sys_task_create(MEMORY, frame, TASK), OK);
        IS(donate(MEMORY, 64, frame + 1), OK);
        IS(sys_frame_clear(MEMORY, frame + 64), ERR_FRAME);
        IS(i % 2 ? sys_cap_delete(TASK) : sys_object_destroy(TASK), OK);
        HOLDS(slot_is_free(TASK));
        IS(sys_frame_clear(MEMORY, frame + 64), OK);
    }
}

/* A frame that was kernel memory shows nothing of that to the next task that maps it. */
static void kernel_memory_comes_back_clean(void)
{
    enum { FRAMES = 16 };
    uint32_t frame = fresh_frames(FRAMES), dirty = 0;

    for (uint32_t i = 0; i < FRAMES; i++) {
        fill(map_frame(SCRATCH, frame + i, READ_WRITE), 0xdead0000);
        IS(sys_vm_unmap(OWN_TASK, SCRATCH, 1), OK);
    }
    IS(sys_task_create(MEMORY, frame, TASK), OK);
    IS(donate(MEMORY, FRAMES - 1, frame + 1), OK);
    IS(sys_thread_create(TASK, A, SLOT_NONE, SLOT_NONE, 0, 0, MESSAGE_PAGE), OK);
    IS(cap_give(LOG, 5, TASK, RIGHT_NONE), OK);
    IS(sys_vm_map(TASK, SCRATCH, READ, OWN_TASK, 1, PROGRAM_BASE), OK);
    IS(sys_object_destroy(TASK), OK);
    for (uint32_t i = 0; i < FRAMES; i++) {
        volatile uint32_t *page = map_frame(SCRATCH, frame + i, READ_WRITE);
        for (uint32_t w = 0; w < WORDS; w++)
            dirty += page[w] != 0 && page[w] - w != 0xdead0000; /* the donor's own words may remain */
        IS(sys_vm_unmap(OWN_TASK, SCRATCH, 1), OK);
    }
    IS(dirty, 0);
}

/* A dirty frame that becomes a message page is zeroed before its thread can read it. */
static volatile uint32_t dirty_words;

static void look_at_message_page(uint32_t unused)
{
    (void)unused;
    dirty_words = nonzero((const volatile uint32_t *)message_page);
}

static void message_pages_begin_zeroed(void)
{
    uint32_t frame = fresh_frames(64);

    for (uint32_t i = 0; i < 64; i++) {
        fill(map_frame(SCRATCH, frame + i, READ_WRITE), 0xdead0000);
        IS(sys_vm_unmap(OWN_TASK, SCRATCH, 1), OK);
    }
    child_make(0, 0);
    drain(CHILD_TASK);
    IS(sys_task_donate(CHILD_TASK, MEMORY, 64, frame), OK);
    struct plan plan = child_thread(0, look_at_message_page, 0);
    dirty_words = 1;
    thread_start(&plan);
    expect_end(0);
    IS(dirty_words, 0);
}

/* ------------------------------------------------------------------------------------- revoke */

static void memory_revoke_refuses(void)
{
    uint32_t frame = fresh_frames(4);

    map_frame(SCRATCH, frame, READ_WRITE)[0] = 3;
    IS(cap_part(MEMORY, A, READ_WRITE | RIGHT_GRANT, frame, 4), OK);
    IS(cap_part(MEMORY, B, RIGHT_ALL, frame, 4), OK);
    IS(sys_memory_revoke(EMPTY, frame, 1), ERR_CAP);
    IS(sys_memory_revoke(ENDPOINT, frame, 1), ERR_CAP);
    IS(sys_memory_revoke(A, 0, 1), ERR_RIGHTS);
    IS(sys_memory_revoke(B, 0, 0), ERR_ARG);
    IS(sys_memory_revoke(B, 0, 5), ERR_ARG);
    IS(sys_memory_revoke(B, 4, 1), ERR_ARG);
    IS(sys_memory_revoke(B, 1, 0xffffffff), ERR_ARG);
    IS(sys_memory_revoke(B, 0xffffffff, 2), ERR_ARG);
    IS(sys_memory_revoke(MEMORY, 0, TEST_FRAMES + 1), ERR_ARG);
    IS(scratch[0], 3);
    HOLDS(!slot_is_free(A));
    IS(sys_memory_revoke(B, 0, 4), OK);
    HOLDS(page_is_free(OWN_TASK, SCRATCH)); /* all mappings, by whomever they were made */
    HOLDS(!slot_is_free(A));                /* but only the capabilities that were derived from this one */
}

static void memory_revoke_takes_what_overlaps(void)
{
    uint32_t frame = fresh_frames(16);

    IS(cap_part(MEMORY, FIRST_SLOT, READ | RIGHT_OWN | RIGHT_WRITE, frame, 16), OK);
    for (uint32_t i = 0; i < 8; i++)
        IS(cap_part(FIRST_SLOT, 32 + i, READ, 2 * i, 2), OK);
    IS(cap_part(33, 48, READ, 0, 1), OK); /* frame 2 */
    IS(cap_part(33, 49, READ, 1, 1), OK); /* frame 3 */
    map_frame(SCRATCH, frame + 3, READ);
    map_frame(SCRATCH + PAGE_SIZE, frame + 6, READ);
    IS(sys_memory_revoke(FIRST_SLOT, 3, 3), OK);
    HOLDS(!slot_is_free(32) && slot_is_free(33) && slot_is_free(34) && !slot_is_free(35));
    HOLDS(slot_is_free(48) && slot_is_free(49));
    HOLDS(page_is_free(OWN_TASK, SCRATCH) && !page_is_free(OWN_TASK, SCRATCH + PAGE_SIZE));
}

static void derive_many(uint32_t count, uint32_t parent)
{
    for (uint32_t i = 0; i < count; i++)
        if (!IS(cap_part(parent, MANY_SLOTS + i, READ, 0, 1), OK))
            return;
}

static uint32_t left_of_many(uint32_t count)
{
    uint32_t left = 0;

    for (uint32_t i = 0; i < count; i++)
        left += !slot_is_free(MANY_SLOTS + i);
    return left;
}

static const uint32_t counts[] = {1, 2, 63, 64, 65, 128, 129, 1000, 3000};

static void revoke_any_number(void)
{
    uint32_t frame = fresh_frames(1);

    for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        IS(cap_part(MEMORY, A, READ_WRITE | RIGHT_OWN, frame, 1), OK);
        derive_many(counts[i], A);
        IS(sys_cap_revoke(A), OK);
        IS(left_of_many(counts[i]), 0);
        derive_many(counts[i], A);
        IS(sys_memory_revoke(A, 0, 1), OK);
        IS(left_of_many(counts[i]), 0);
        derive_many(counts[i], A);
        IS(sys_cap_delete(A), OK);
        IS(left_of_many(counts[i]), 0);
        IS(cap_part(MEMORY, B, READ, frame, 1), OK); /* nothing is marked any more */
        IS(sys_cap_delete(B), OK);
    }
}

/* For mappings: one frame at 1000 addresses of a task. */
static void revoke_many_mappings(void)
{
    enum { MANY = 1000 };
    uint32_t frame = fresh_frames(1), left = 0;

    child_make(0, 9);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < MANY; i++)
            IS(sys_vm_map(CHILD_TASK, SCRATCH + i * PAGE_SIZE, READ, MEMORY, 1, frame), OK);
        IS(round ? sys_object_destroy(CHILD_TASK) : sys_memory_revoke(MEMORY, frame, 1), OK);
        for (uint32_t i = 0; !round && i < MANY; i++)
            left += !page_is_free(CHILD_TASK, SCRATCH + i * PAGE_SIZE);
    }
    IS(left, 0);
}

void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    static const struct point points[] = {
        {"frame_clear: errors", clear_refuses},
        {"frame_copy: errors", copy_refuses},
        {"frame_copy: a source slot beyond the table is refused", a_forged_source_slot_is_refused},
        {"frame_copy: copies and zeroes the rest", copy_zeroes_the_rest},
        {"task_create: errors", task_create_refuses},
        {"task_donate: errors", task_donate_refuses},
        {"donated frames come back with the task's end", donated_frames_come_back},
        {"frames come back without the kernel's data", kernel_memory_comes_back_clean},
        {"a message page is zero at first, whatever was in its frame", message_pages_begin_zeroed},
        {"memory_revoke: errors", memory_revoke_refuses},
        {"memory_revoke affects what overlaps, and no more", memory_revoke_takes_what_overlaps},
        {"revoke and delete with 1 to 3000 descendants", revoke_any_number},
        {"1000 mappings of a frame: revoke and end", revoke_many_mappings},
    };

    (void)ebx, (void)esi, (void)edi;
    POINTS_RUN(points);
}
