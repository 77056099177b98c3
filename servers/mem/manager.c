#include "servers/mem/manager.h"

#include <errno.h>
#include <string.h>

#include "servers/mem/reply.h"
#include "servers/mem/audit.h"
#include "servers/mem/calls.h"
#include "servers/mem/fork.h"
#include "servers/mem/frames.h"
#include "servers/mem/named.h"
#include "servers/mem/pager.h"
#include "servers/mem/regions.h"
#include "servers/mem/shm_table.h"
#include "servers/mem/task_frames.h"

/* Opens the slot for the next capability. */
static void open_slot(void)
{
    message_page->slots = space_receive_slot();
    message_page->slots_count = 1;
}

/* 0 if a space with that id can be made from the task that came with the message. */
static int check_new_space(uint32_t id)
{
    if (ipc_items_count() != 1 || id == 0 || id > BADGE_MAX)
        return -EINVAL;
    return space_find(id) || space_find_ending(id) ? -EEXIST : 0;
}

uint32_t call_space_create(struct words *words)
{
    int status = check_new_space(words->w[1]);

    if (!status)
        status = space_create(words->w[1], &frames_account);
    open_slot();
    return reply(words, status);
}

uint32_t call_space_fork(struct words *words)
{
    struct space *parent = space_find(words->w[1]);

    if (!parent)
        return reply(words, -ENOENT);
    int status = parent->work ? -EINVAL : check_new_space(words->w[2]);
    if (!status)
        status = space_create_like(words->w[2], parent);
    if (!status)
        status = fork_space(parent, space_find(words->w[2]));
    open_slot();
    return reply(words, status);
}

uint32_t call_space_fork_more(struct words *words)
{
    struct space *parent = space_find(words->w[1]), *space = space_find(words->w[2]);

    return reply(words, parent && space ? fork_more(parent, space) : -ENOENT);
}

uint32_t call_space_map(struct words *words)
{
    struct space *space = space_find(words->w[1]);
    struct program_segment segment;

    if (!space)
        return reply(words, -ENOENT);
    if (space->work || ipc_data_bytes() != sizeof(segment))
        return reply(words, -EINVAL);
    memcpy(&segment, message_page->words, sizeof(segment));
    return reply(words, regions_map_program_segment(space, &segment));
}

/* The stack's first page is provided at once. No memory that was charged ahead is needed after that. */
static int finish(struct space *space, uint32_t heap_start)
{
    int error = regions_finish(space, heap_start);

    if (error)
        return error;
    if (!pager_provide(space, STACK_TOP - PAGE_SIZE)) {
        regions_unfinish(space);
        return -ENOMEM;
    }
    space_uncharge_ahead(space);
    return 0;
}

uint32_t call_space_finish(struct words *words)
{
    struct space *space = space_find(words->w[1]);

    if (!space)
        return reply(words, -ENOENT);
    return reply(words, space->work ? -EINVAL : finish(space, words->w[2]));
}

uint32_t call_space_copy(struct words *words)
{
    struct space *space = space_find(words->w[1]);
    uint32_t address = mem_space_copy_address(words), bytes = mem_space_copy_bytes(words);

    if (!space)
        return reply(words, -ENOENT);
    return reply(words, space->work ? -EINVAL : regions_copy(space, address, words->w[3], bytes ? bytes : PAGE_SIZE));
}

uint32_t call_space_word(struct words *words)
{
    const struct space *space = space_find(words->w[1]);
    uint32_t address = words->w[2];

    if (!space || address >= USER_END || !(pages_get(&space->pages, address) & PAGE_SHM))
        return reply(words, -ENOENT);
    if (named_is_address(address)) {
        const struct named *segment = named_around(address);
        *words = (struct words){{0, segment->serial, address - segment->address}};
    } else {
        *words = (struct words){{0, address % PAGE_SIZE, shm_table_at(shm_number(address))->id}};
    }
    return IPC_REPLY;
}

uint32_t call_space_destroy(struct words *words)
{
    struct space *space = space_find(words->w[1]);

    space_settle();
    if (!space)
        space = space_find_ending(words->w[1]);
    return reply(words, space ? space_destroy(space) : -ENOENT);
}

uint32_t call_space_clear(struct words *words)
{
    struct space *space = space_find(words->w[1]);

    if (!space)
        return reply(words, -ENOENT);
    return reply(words, space->work == WORK_COPY ? -EINVAL : space_clear(space, words->w[2], words->w[3]));
}

uint32_t call_space_limit(struct words *words)
{
    struct space *space = space_find(words->w[1]);

    return reply(words, space ? space_set_limit(space, words->w[2]) : -ENOENT);
}

/* The manager gets a child of the frame's capability. */
uint32_t call_task_frame(struct words *words)
{
    int number = task_frames_make();

    if (number < 0)
        return reply(words, number);
    words->w[1] = (uint32_t)number;
    message_page->items[0] =
        item_cap(task_frames_at(words->w[1])->slot, RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT | RIGHT_OWN, 0);
    return reply_with_item(words);
}

uint32_t call_task_frame_end(struct words *words)
{
    if (!task_frames_at(words->w[1]))
        return reply(words, -ENOENT);
    task_frames_end(words->w[1]);
    return reply(words, 0);
}

uint32_t call_fatal_fault(struct words *words)
{
    struct space *space = fatal_fault_take();

    if (!space)
        return reply(words, -ENOENT);
    const struct fault_record *fault = &space->fatal_fault;
    uint32_t why = mem_fatal_fault_why(fault->cause, fault->vector);
    *words = (struct words){{0, space->id, fault->address, why}};
    return IPC_REPLY;
}

uint32_t call_fatal_fault_resume(struct words *words)
{
    struct space *space = space_find(words->w[1]);

    return reply(words, space && fatal_fault_resume(space) ? 0 : -ENOENT);
}

uint32_t call_audit(struct words *words)
{
    audit_all();
    return reply(words, 0);
}

void manager_init(void)
{
    open_slot();
}
