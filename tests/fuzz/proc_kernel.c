#include "tests/fuzz/proc_kernel.h"

#include <string.h>

#include "libuser/ipc/ipc.h"
#include "servers/proto/slots.h"
#include "servers/proc/task.h"
#include "servers/proc/frame_pool.h"
#include "servers/proc/process.h"
#include "servers/proto/console.h"
#include "tests/fuzz/proc_files.h"
#include "tests/fuzz/proc_foreground.h"
#include "tests/fuzz/proc_mem.h"
#include "tests/fuzz/proc_model.h"
#include "tests/server/server_run.h"
#include "tests/host/check.h"

enum {
    SLOTS = SLOT_FRAMES + FRAMES_MAX,
    TASKS_END = SLOT_TASKS + SLOTS_PER_TASK * FAKE_TASKS,
    ARCHIVE_AT = 0x40000000,
    SLOT_OWN_THREAD = 18,
};

struct object {
    bool has_fpu, has_thread;
    uint32_t capabilities; /* bits: which of a process's three capabilities */
};

struct fake_task fake_tasks[FAKE_TASKS];
bool fake_logged;
uint32_t fake_ticks;

static uint8_t slots[SLOTS];
static uint16_t owners[FRAMES_MAX]; /* of frames: the space; 0: none */
static struct object objects[FAKE_TASKS];
static uint32_t cpu_count;

uint32_t kernel_space_of(uint32_t slot)
{
    CHECK(slot >= SLOT_TASKS && slot < TASKS_END);
    return (slot - SLOT_TASKS) / SLOTS_PER_TASK;
}

void kernel_fill(uint32_t slot, enum kernel_slot kind)
{
    CHECK(slot < SLOTS && slots[slot] == EMPTY);
    slots[slot] = (uint8_t)kind;
}

void kernel_need(uint32_t slot, enum kernel_slot kind)
{
    CHECK(slot < SLOTS && slots[slot] == kind);
}

/* ---------------------------------------------------------------------------------- objects */

static err_t create_task(uint32_t slot, const uint32_t *w)
{
    uint32_t space = kernel_space_of(w[1]);

    if (mem_refuses())
        return ERR_ACCOUNT;
    CHECK(!fake_tasks[space].lives && !mem_has(space));
    kernel_need(slot, FRAME);
    CHECK(w[0] == 0 && owners[slot - SLOT_FRAMES] == 0);
    owners[slot - SLOT_FRAMES] = (uint16_t)space;
    kernel_fill(w[1], TASK);
    fake_tasks[space] = (struct fake_task){.lives = true};
    objects[space] = (struct object){.has_fpu = random_below(2)};
    return OK;
}

static err_t thread_create(uint32_t slot, const uint32_t *w)
{
    kernel_need(slot, TASK);
    kernel_need(w[1] & 0xffff, HANDLER);
    CHECK(w[0] == slot + 1 && (w[1] & 0xffff) == slot + 2 &&
          mem_is_whole(kernel_space_of(slot))); /* mem has given it frames */
    CHECK((w[1] >> 16 & 0xff) == PRIORITY_PROGRAM && w[1] >> 24 < cpu_count && w[2] == MESSAGE_PAGE);
    if (mem_refuses())
        return ERR_ACCOUNT;
    kernel_fill(w[0], THREAD);
    objects[kernel_space_of(slot)].has_thread = true;
    return OK;
}

static bool is_tick(const uint32_t *w)
{
    return w[1] == RIGHT_SIGNAL && w[2] == PROC_SIGNAL_TICK;
}

/* A badge that belongs to no process. */
static bool is_worker(const uint32_t *w)
{
    return w[1] == RIGHT_CALL && w[2] == PROCESSES_MAX;
}

static err_t derive_own(uint32_t slot, const uint32_t *w)
{
    bool handler = slot == PROC_SLOT_MEM;

    CHECK(handler || (slot == SERVER_SLOT_ENDPOINT && (is_tick(w) || is_worker(w))));
    if (handler && mem_refuses())
        return ERR_ACCOUNT;
    CHECK(!handler ||
          (w[1] == RIGHT_CALL && w[2] == kernel_space_of(w[0]) && w[0] == SLOT_TASKS + SLOTS_PER_TASK * w[2] + 2));
    kernel_fill(w[0], handler ? HANDLER : OTHER);
    return OK;
}

/* Capabilities for a new process. The badge is the one that its calls to proc will have. */
static err_t derive_given(uint32_t slot, const uint32_t *w)
{
    static const uint32_t from[] = {0, SERVER_SLOT_ENDPOINT, PROC_SLOT_MEM, PROC_SLOT_CONSOLE, PROC_SLOT_FILE};
    uint32_t task = w[0] >> SLOT_SHIFT, to = w[0] & 0xffff, space = kernel_space_of(task);

    kernel_need(task, TASK);
    CHECK(to >= CLIENT_SLOT_PROC && to <= CLIENT_SLOT_FILE && slot == from[to] && w[1] == RIGHT_CALL);
    if (mem_refuses())
        return ERR_ACCOUNT;
    CHECK(w[2] && w[2] <= BADGE_MAX && w[2] % FAKE_TASKS == space && (to != CLIENT_SLOT_MEM || w[2] == space));
    if (to == CLIENT_SLOT_PROC)
        fake_tasks[space].badge = w[2];
    CHECK(to < CLIENT_SLOT_CONSOLE || w[2] == fake_tasks[space].badge);
    CHECK(to != CLIENT_SLOT_FILE || files_knows(w[2]));
    objects[space].capabilities |= 1u << to;
    return OK;
}

void kernel_task_ends(uint32_t space)
{
    uint32_t slot = SLOT_TASKS + SLOTS_PER_TASK * space;

    slots[slot] = slots[slot + 1] = EMPTY;
    fake_tasks[space].lives = false;
    for (uint32_t i = 0; i < FRAMES_MAX; i++)
        if (owners[i] == space)
            owners[i] = 0;
}

/* Destroys a task of a space that mem does not know, or no longer knows. */
static err_t destroy(uint32_t slot)
{
    uint32_t space = kernel_space_of(slot);

    CHECK(slot == SLOT_TASKS + SLOTS_PER_TASK * space && !mem_has(space));
    if (slots[slot] == EMPTY)
        return ERR_CAP;
    kernel_task_ends(space);
    return OK;
}

static err_t thread_state(uint32_t number, uint32_t slot, uint32_t what)
{
    struct object *object = &objects[kernel_space_of(slot)];
    bool fpu = what == THREAD_FPU;

    kernel_need(slot, THREAD);
    CHECK(mem_is_whole(kernel_space_of(slot)));
    if (mem_refuses_of(kernel_space_of(slot)))
        return ERR_STATE;
    if (number == SYS_thread_write) {
        object->has_fpu |= fpu;
        return OK;
    }
    if (fpu && !object->has_fpu)
        return ERR_ABSENT;
    memset(message_page->state, 0, sizeof(message_page->state));
    return OK;
}

static err_t thread_resume(uint32_t slot)
{
    uint32_t space = kernel_space_of(slot);

    kernel_need(slot, THREAD);
    CHECK(!fake_tasks[space].resumed && mem_is_whole(space));
    CHECK(objects[space].capabilities == (files_knows(fake_tasks[space].badge) ? 0x1e : 0xe));
    fake_tasks[space].resumed = true;
    return OK;
}

/* Stops a thread that runs; a thread that waits is not stopped. */
static err_t thread_stop(uint32_t slot)
{
    uint32_t space = kernel_space_of(slot);

    kernel_need(slot, THREAD);
    CHECK(fake_tasks[space].resumed && !programs_are_owed(space) && mem_is_whole(space));
    fake_tasks[space].stopped = true;
    return OK;
}

/* Proc's own second thread. */
static err_t own_thread(uint32_t number, const uint32_t *w)
{
    CHECK(number != SYS_thread_create ||
          (w[1] == (PRIORITY_PROGRAM << 16 | (uint32_t)CPU_ANY << 24) && w[2] != MESSAGE_PAGE));
    if (number == SYS_thread_create)
        kernel_fill(w[0], THREAD);
    return OK;
}

uint32_t kernel_frames(void)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < FRAMES_MAX; i++)
        count += slots[SLOT_FRAMES + i] == FRAME;
    return count;
}

void kernel_empty(uint32_t slot)
{
    CHECK(owners[slot - SLOT_FRAMES] == 0);
    slots[slot] = EMPTY;
}

/* ---------------------------------------------------------------------------------- messages */

static err_t ipc(uint32_t head, struct words *words)
{
    uint32_t slot = head >> SLOT_SHIFT;

    if (slot != PROC_SLOT_FILE)
        message_page->words[0] = 0xdead; /* I2 of ipc.h */
    message_page->caller = 0xdead;
    if (slot == PROC_SLOT_MEM) {
        words->w[0] = (uint32_t)mem_reply(head, words->w);
        return OK;
    }
    if (slot == PROC_SLOT_FILE) {
        words->w[0] = (uint32_t)files_reply(words->w);
        memset(message_page->words, 0xee, sizeof message_page->words);
        return OK;
    }
    CHECK(slot == PROC_SLOT_CONSOLE);
    if (words->w[0] != CONSOLE_RELEASE) {
        words->w[0] = (uint32_t)foreground_console_call(words->w);
        return OK;
    }
    struct fake_task *task = &fake_tasks[words->w[1] % FAKE_TASKS];
    task->is_end_notified |= task->badge == words->w[1];
    task->is_last_notified |= task->badge == words->w[1] && !task->lives;
    words->w[0] = 0;
    return OK;
}

/* ---------------------------------------------------------------------------------- */

static err_t log_write(uint32_t bytes)
{
    const char *text = (const char *)message_page->words;

    CHECK(bytes > 1 && bytes <= sizeof(message_page->words) && text[bytes - 1] == '\n');
    fake_logged = true;
    return OK;
}

/* A port of the real-time clock, which shows FAKE_CLOCK: an index is written, then that byte is read. */
static err_t port(uint32_t number, uint32_t slot, uint32_t *w)
{
    static const uint8_t registers[] = {
        [0] = 0x40, [2] = 0x46, [4] = 0x01, [7] = 0x09, [8] = 0x09, [9] = 0x01, [11] = 2};
    static uint32_t index;

    CHECK(slot == PROC_SLOT_CLOCK && w[1] == 1 && w[0] == (number == SYS_port_out ? 0x70 : 0x71));
    if (number == SYS_port_out)
        index = w[2];
    else
        w[0] = registers[index];
    CHECK(index < sizeof(registers));
    return OK;
}

static err_t archive_map(void)
{
    static bool is_made;

    if (!is_made)
        fake_archive_make(ARCHIVE_AT);
    is_made = true;
    return OK;
}

int32_t proc_kernel_call(uint32_t number, uint32_t head, struct words *words)
{
    uint32_t slot = head >> SLOT_SHIFT, *w = words->w;

    if (slot == SLOT_OWN_THREAD || (number == SYS_thread_create && slot == SERVER_SLOT_TASK))
        return own_thread(number, w);
    switch (number) {
    case SYS_ipc_call:
        return ipc(head, words);
    case SYS_cap_derive:
        return w[0] >> SLOT_SHIFT ? derive_given(slot, w) : derive_own(slot, w);
    case SYS_task_create:
        return create_task(slot, w);
    case SYS_thread_create:
        return thread_create(slot, w);
    case SYS_object_destroy:
        return destroy(slot);
    case SYS_thread_read:
    case SYS_thread_write:
        return thread_state(number, slot, w[0]);
    case SYS_thread_resume:
        return thread_resume(slot);
    case SYS_thread_stop:
        return thread_stop(slot);
    case SYS_thread_schedule:
        kernel_need(slot, THREAD);
        CHECK(w[0] == PRIORITY_PROGRAM && w[1] < cpu_count);
        return OK;
    case SYS_irq_ack:
        w[0] = fake_ticks;
        return OK;
    case SYS_irq_bind:
        return OK;
    case SYS_port_in:
    case SYS_port_out:
        return port(number, slot, w);
    case SYS_vm_map:
        return archive_map();
    default:
        CHECK(number == SYS_log_write);
        return log_write(w[0]);
    }
}

void proc_kernel_next(void)
{
    fake_logged = false;
    files_next();
    mem_next();
}

uint32_t proc_kernel_check(void)
{
    uint32_t count = 0;

    for (uint32_t i = 1; i < FAKE_TASKS; i++) {
        uint32_t slot = SLOT_TASKS + SLOTS_PER_TASK * i;
        bool lives = fake_tasks[i].lives;
        CHECK((slots[slot] == TASK) == lives && mem_has(i) == lives);
        CHECK(!lives || fake_tasks[i].resumed || !mem_is_whole(i));
        CHECK((slots[slot + 1] == THREAD) == lives || (lives && !fake_tasks[i].resumed));
        CHECK(lives || !fake_tasks[i].resumed || fake_tasks[i].is_last_notified);
        CHECK(!mem_ends(i) || !fake_tasks[i].resumed || fake_tasks[i].is_end_notified);
        count += lives && fake_tasks[i].resumed;
    }
    return count;
}

void proc_kernel_check_end(void)
{
    CHECK(kernel_frames() <= FRAMES_CACHED);
}

void proc_kernel_begin(uint32_t cpus)
{
    memset(slots, 0, sizeof(slots));
    for (uint32_t slot = SERVER_SLOT_TASK; slot <= PROC_SLOT_ARCHIVE; slot++)
        slots[slot] = OTHER;
    memset(owners, 0, sizeof(owners));
    memset(fake_tasks, 0, sizeof(fake_tasks));
    mem_begin();
    files_begin();
    cpu_count = cpus;
    proc_kernel_next();
}
