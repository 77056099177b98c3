#include "tests/fuzz/proc_mem.h"

#include <errno.h>
#include <string.h>

#include "libuser/ipc/ipc.h"
#include "servers/proc/frame_pool.h"
#include "servers/proto/mem.h"
#include "servers/proto/mem_types.h"
#include "servers/proto/slots.h"
#include "tests/fuzz/proc_kernel.h"
#include "tests/fuzz/proc_model.h"
#include "tests/host/check.h"

enum { FATAL_FAULTS_MAX = 64 };
enum part { WHOLE, COPIED, CLEARED, ENDING }; /* of a space: what is done in part */

struct fatal_fault {
    uint32_t space, why;
};

bool fake_refused, fake_in_parts;
uint32_t fake_refuse_one_in, fake_part_one_in, fake_refusals, fake_reported, fake_refused_late;

static bool spaces[FAKE_TASKS], is_cleared[FAKE_TASKS]; /* `is_cleared`: until its program runs */
static enum part parts[FAKE_TASKS];
static struct fatal_fault fatal_faults[FATAL_FAULTS_MAX];
static uint32_t fatal_faults_count;

bool mem_refuses(void)
{
    bool now = fake_refuse_one_in && random_below(fake_refuse_one_in) == 0;

    fake_refused |= now;
    fake_refusals += now;
    return now;
}

/* The same for one space, whose process may be in the middle of exec. */
bool mem_refuses_of(uint32_t space)
{
    bool now = mem_refuses();

    if (now && is_cleared[space])
        fake_refused_late = space;
    return now;
}

/* The result of one part, or of the whole. */
static int part_done(uint32_t space, enum part part)
{
    bool is_part = fake_part_one_in && random_below(fake_part_one_in) == 0;

    fake_in_parts |= is_part;
    parts[space] = is_part ? part : WHOLE;
    return is_part ? MEM_MORE : 0;
}

static int frame_lent(uint32_t flags, uint32_t *w)
{
    uint32_t slot = message_page->slots, lives = 0;

    CHECK(flags & IPC_SLOTS && message_page->slots_count == 1 && slot >= SLOT_FRAMES &&
          slot < SLOT_FRAMES + FRAMES_MAX);
    for (uint32_t i = 0; i < FAKE_TASKS; i++)
        lives += spaces[i];
    CHECK(kernel_frames() <= lives); /* more would be refused */
    if (mem_refuses())
        return -ENOMEM;
    kernel_fill(slot, FRAME);
    w[1] = slot;
    return 0;
}

static int frame_returned(uint32_t slot)
{
    kernel_need(slot, FRAME);
    kernel_empty(slot);
    return 0;
}

static int space_made(uint32_t flags, uint32_t space)
{
    const struct item *item = &message_page->items[0];

    CHECK(flags & IPC_EXTENDED && message_page->tag == TAG(0, 1) && space < FAKE_TASKS);
    CHECK(item->kind == ITEM_CAP && item->rights == (RIGHT_CONTROL | RIGHT_OWN) &&
          kernel_space_of(item->slot) == space);
    kernel_need(item->slot, TASK);
    CHECK(!spaces[space]);
    if (mem_refuses())
        return -ENOMEM;
    spaces[space] = true;
    return 0;
}

/* After ENOMEM a part of the copy may exist. */
static int space_copied(uint32_t flags, const uint32_t *w)
{
    CHECK(spaces[w[1]] && parts[w[1]] == WHOLE && programs_are_owed(w[1]));
    int error = space_made(flags, w[2]);

    spaces[w[2]] |= error && random_below(2);
    return error ? error : part_done(w[2], COPIED);
}

static int space_copied_more(const uint32_t *w)
{
    CHECK(spaces[w[1]] && spaces[w[2]] && parts[w[1]] == WHOLE && parts[w[2]] == COPIED);
    return mem_refuses() ? -ENOMEM : part_done(w[2], COPIED);
}

static int report_fatal_fault(uint32_t *w)
{
    if (!fatal_faults_count)
        return -ENOENT;
    const struct fatal_fault *fault = &fatal_faults[--fatal_faults_count];
    fake_reported = w[1] = fault->space;
    w[2] = STACK_LOW;
    w[3] = fault->why;
    return 0;
}

/* Mapping a program's segments, and the end of that. */
static int space_filled(uint32_t space)
{
    CHECK(space < FAKE_TASKS && spaces[space] && parts[space] == WHOLE);
    return mem_refuses_of(space) ? -ENOMEM : 0;
}

/* Before another program is mapped. After its first part this is not refused. */
static int space_cleared(uint32_t space, uint32_t pages)
{
    CHECK(space < FAKE_TASKS && spaces[space] && (parts[space] == WHOLE || parts[space] == CLEARED) &&
          programs_are_owed(space));
    if (parts[space] == WHOLE && (mem_refuses() || pages > FAKE_ROOM)) {
        fake_refused = true;
        return -ENOMEM;
    }
    is_cleared[space] = true;
    return part_done(space, CLEARED);
}

static void forget_fatal_fault(uint32_t space)
{
    for (uint32_t i = 0; i < fatal_faults_count; i++)
        if (fatal_faults[i].space == space)
            fatal_faults[i--] = fatal_faults[--fatal_faults_count];
}

static int space_ended(uint32_t space)
{
    const struct fake_task *task = &fake_tasks[space];

    forget_fatal_fault(space);
    if (!spaces[space])
        return -ENOENT;
    CHECK(!task->resumed || task->stopped || programs_are_owed(space));
    if (part_done(space, ENDING))
        return MEM_MORE;
    spaces[space] = is_cleared[space] = false;
    kernel_task_ends(space);
    return 0;
}

int mem_reply(uint32_t flags, uint32_t *w)
{
    switch (w[0]) {
    case MEM_TASK_FRAME:
        return frame_lent(flags, w);
    case MEM_TASK_FRAME_END:
        return frame_returned(w[1]);
    case MEM_SPACE_CREATE:
        return space_made(flags, w[1]);
    case MEM_SPACE_FORK:
        return space_copied(flags, w);
    case MEM_SPACE_FORK_MORE:
        return space_copied_more(w);
    case MEM_SPACE_MAP:
    case MEM_SPACE_FINISH:
        return space_filled(w[1]);
    case MEM_SPACE_CLEAR:
        return space_cleared(w[1], w[2]);
    case MEM_SPACE_DESTROY:
        return space_ended(w[1]);
    case MEM_SPACE_WORD:
        CHECK(mem_has(w[1]));
        w[1] = 0;
        return 0;
    default:
        CHECK(w[0] == MEM_FATAL_FAULT);
        return report_fatal_fault(w);
    }
}

void fake_fatal_fault(uint32_t space, uint32_t vector, bool no_memory)
{
    uint32_t cause = FAULT_WRITE | (no_memory ? FATAL_FAULT_NO_MEMORY : 0);

    CHECK(fatal_faults_count < FATAL_FAULTS_MAX);
    fake_tasks[space].stopped = true;
    fatal_faults[fatal_faults_count++] = (struct fatal_fault){space, mem_fatal_fault_why(cause, vector)};
}

bool mem_has(uint32_t space)
{
    return spaces[space];
}

bool mem_is_whole(uint32_t space)
{
    return spaces[space] && parts[space] == WHOLE;
}

bool mem_ends(uint32_t space)
{
    return parts[space] == ENDING;
}

bool mem_is_idle(void)
{
    for (uint32_t i = 1; i < FAKE_TASKS; i++)
        if (parts[i] != WHOLE)
            return false;
    return !fatal_faults_count;
}

void mem_next(void)
{
    fake_refused = fake_in_parts = false;
    fake_reported = fake_refused_late = 0;
}

void mem_begin(void)
{
    memset(parts, 0, sizeof(parts));
    memset(is_cleared, 0, sizeof(is_cleared));
    memset(spaces, 0, sizeof(spaces));
    fatal_faults_count = fake_refusals = 0;
}
