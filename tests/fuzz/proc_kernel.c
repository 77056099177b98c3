#include "tests/fuzz/proc_kernel.h"

#include <string.h>

#include "libuser/ipc/ipc.h"
#include "libuser/libc/errno.h"
#include "servers/clients.h"
#include "servers/mem/segment.h"
#include "servers/proc/body.h"
#include "servers/proc/frame_pool.h"
#include "servers/proto/console.h"
#include "servers/proto/mem.h"
#include "tests/fuzz/proc_front.h"
#include "tests/server/server_run.h"
#include "tests/host/check.h"

enum { SLOTS = SLOT_FRAMES + FRAMES_MAX, BODIES_END = SLOT_BODIES + SLOTS_PER_BODY * FAKE_BODIES, ARCHIVE_AT = 0x40000000 };
enum slot_kind { EMPTY, OTHER, FRAME, TASK, THREAD, HANDLER };

struct object {
    bool has_fpu, has_thread;
    uint32_t capabilities; /* bits: which of a process's three */
};

struct casualty {
    uint32_t space, why;
};

enum { CASUALTIES_MAX = 64 };

struct fake_body fake_bodies[FAKE_BODIES];
bool fake_refused, fake_refused_late, fake_logged;
uint32_t fake_ticks, fake_refuse_one_in;

static uint8_t slots[SLOTS];
static uint16_t owners[FRAMES_MAX]; /* of frames: 0, a space */
static struct object objects[FAKE_BODIES];
static bool spaces[FAKE_BODIES], is_cleared;
static struct casualty casualties[CASUALTIES_MAX];
static uint32_t casualties_count, cpu_count;

static bool refuses(void)
{
    bool now = fake_refuse_one_in && random_below(fake_refuse_one_in) == 0;

    fake_refused |= now;
    fake_refused_late |= now && is_cleared;
    return now;
}

static uint32_t space_of(uint32_t slot)
{
    CHECK(slot >= SLOT_BODIES && slot < BODIES_END);
    return (slot - SLOT_BODIES) / SLOTS_PER_BODY;
}

static void fill(uint32_t slot, enum slot_kind kind)
{
    CHECK(slot < SLOTS && slots[slot] == EMPTY);
    slots[slot] = (uint8_t)kind;
}

static void need(uint32_t slot, enum slot_kind kind)
{
    CHECK(slot < SLOTS && slots[slot] == kind);
}

/* ---------------------------------------------------------------------------------- objects */

static err_t task_create(uint32_t slot, const uint32_t *w)
{
    uint32_t space = space_of(w[1]);

    if (refuses())
        return ERR_ACCOUNT;
    CHECK(!fake_bodies[space].lives && !spaces[space]);
    need(slot, FRAME);
    CHECK(w[0] == 0 && owners[slot - SLOT_FRAMES] == 0);
    owners[slot - SLOT_FRAMES] = (uint16_t)space;
    fill(w[1], TASK);
    fake_bodies[space] = (struct fake_body){.lives = true};
    objects[space] = (struct object){.has_fpu = random_below(2)};
    return OK;
}

static err_t thread_create(uint32_t slot, const uint32_t *w)
{
    need(slot, TASK);
    need(w[1] & 0xffff, HANDLER);
    CHECK(w[0] == slot + 1 && (w[1] & 0xffff) == slot + 2 && spaces[space_of(slot)]); /* mem has given it frames */
    CHECK((w[1] >> 16 & 0xff) == PRIORITY_PROGRAM && w[1] >> 24 < cpu_count && w[2] == MESSAGE_PAGE);
    if (refuses())
        return ERR_ACCOUNT;
    fill(w[0], THREAD);
    objects[space_of(slot)].has_thread = true;
    return OK;
}

static err_t derive_own(uint32_t slot, const uint32_t *w)
{
    bool handler = slot == PROC_SLOT_MEM;

    CHECK(handler || (slot == SERVER_SLOT_ENDPOINT && w[1] == RIGHT_SIGNAL && w[2] == PROC_SIGNAL_TICK));
    if (handler && refuses())
        return ERR_ACCOUNT;
    CHECK(!handler || (w[1] == RIGHT_CALL && w[2] == space_of(w[0]) && w[0] == SLOT_BODIES + SLOTS_PER_BODY * w[2] + 2));
    fill(w[0], handler ? HANDLER : OTHER);
    return OK;
}

/* Of a new process; its badge is what its calls to proc will have. */
static err_t derive_given(uint32_t slot, const uint32_t *w)
{
    static const uint32_t from[] = {0, SERVER_SLOT_ENDPOINT, PROC_SLOT_MEM, PROC_SLOT_CONSOLE};
    uint32_t task = w[0] >> SLOT_SHIFT, to = w[0] & 0xffff, space = space_of(task);

    need(task, TASK);
    CHECK(to >= CLIENT_SLOT_PROC && to <= CLIENT_SLOT_CONSOLE && slot == from[to] && w[1] == RIGHT_CALL);
    if (refuses())
        return ERR_ACCOUNT;
    CHECK(w[2] && w[2] <= BADGE_MAX && w[2] % FAKE_BODIES == space && (to != CLIENT_SLOT_MEM || w[2] == space));
    if (to == CLIENT_SLOT_PROC)
        fake_bodies[space].badge = w[2];
    CHECK(to != CLIENT_SLOT_CONSOLE || w[2] == fake_bodies[space].badge);
    objects[space].capabilities |= 1u << to;
    return OK;
}

static err_t destroy(uint32_t slot)
{
    uint32_t space = space_of(slot);

    CHECK(slot == SLOT_BODIES + SLOTS_PER_BODY * space);
    if (slots[slot] == EMPTY)
        return ERR_CAP;
    slots[slot] = slots[slot + 1] = EMPTY;
    fake_bodies[space].lives = false;
    for (uint32_t i = 0; i < FRAMES_MAX; i++)
        if (owners[i] == space)
            owners[i] = 0;
    return OK;
}

static err_t thread_state(uint32_t number, uint32_t slot, uint32_t what)
{
    struct object *object = &objects[space_of(slot)];
    bool fpu = what == THREAD_FPU;

    need(slot, THREAD);
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
    uint32_t space = space_of(slot);

    need(slot, THREAD);
    CHECK(!fake_bodies[space].resumed && spaces[space] && objects[space].capabilities == 0xe);
    fake_bodies[space].resumed = true;
    return OK;
}

/* ---------------------------------------------------------------------------------- mem */

static int mem_frame_lent(uint32_t flags, uint32_t *w)
{
    uint32_t slot = message_page->slots, lent = 0, lives = 0;

    CHECK(flags & IPC_SLOTS && message_page->slots_count == 1 && slot >= SLOT_FRAMES && slot < SLOT_FRAMES + FRAMES_MAX);
    for (uint32_t i = 0; i < FRAMES_MAX; i++)
        lent += slots[SLOT_FRAMES + i] == FRAME;
    for (uint32_t i = 0; i < FAKE_BODIES; i++)
        lives += spaces[i];
    CHECK(lent <= lives); /* more would be refused */
    if (refuses())
        return -ENOMEM;
    fill(slot, FRAME);
    w[1] = slot;
    return 0;
}

static int mem_frame_returned(uint32_t slot)
{
    need(slot, FRAME);
    CHECK(owners[slot - SLOT_FRAMES] == 0);
    slots[slot] = EMPTY;
    return 0;
}

static int mem_space_made(uint32_t flags, uint32_t space)
{
    const struct item *item = &message_page->items[0];

    CHECK(flags & IPC_EXTENDED && message_page->tag == 1 << TAG_ITEMS_SHIFT && space < FAKE_BODIES);
    CHECK(item->kind_rights == (ITEM_CAP << ITEM_KIND_SHIFT | RIGHT_CONTROL) && space_of(item->slot) == space);
    need(item->slot, TASK);
    CHECK(!spaces[space]);
    if (refuses())
        return -ENOMEM;
    spaces[space] = true;
    return 0;
}

static int mem_casualty_told(uint32_t *w)
{
    if (!casualties_count)
        return -ENOENT;
    const struct casualty *casualty = &casualties[--casualties_count];
    w[1] = casualty->space;
    w[2] = STACK_LOW;
    w[3] = casualty->why;
    return 0;
}

/* Of a program's segments and its end, or before another program. */
static int mem_space_changed(uint32_t number, const uint32_t *w)
{
    CHECK(w[1] < FAKE_BODIES && spaces[w[1]]);
    if (refuses())
        return -ENOMEM;
    if (number == MEM_SPACE_CLEAR && w[2] > FAKE_GOOD_PAGES) {
        fake_refused = true;
        return -ENOMEM;
    }
    is_cleared |= number == MEM_SPACE_CLEAR;
    return 0;
}

static void forget_casualty(uint32_t space)
{
    for (uint32_t i = 0; i < casualties_count; i++)
        if (casualties[i].space == space)
            casualties[i--] = casualties[--casualties_count];
}

static int mem_space_ended(uint32_t space)
{
    bool was = spaces[space];

    forget_casualty(space);

    CHECK(slots[SLOT_BODIES + SLOTS_PER_BODY * space] == EMPTY); /* its task goes before */
    spaces[space] = false;
    return was ? 0 : -ENOENT;
}

static int mem_answer(uint32_t flags, uint32_t *w)
{
    switch (w[0]) {
    case MEM_TASK_FRAME:
        return mem_frame_lent(flags, w);
    case MEM_TASK_FRAME_END:
        return mem_frame_returned(w[1]);
    case MEM_SPACE_CREATE:
        return mem_space_made(flags, w[1]);
    case MEM_SPACE_FORK:
        CHECK(spaces[w[1]]);
        return mem_space_made(flags, w[2]);
    case MEM_SPACE_MAP:
    case MEM_SPACE_FINISH:
    case MEM_SPACE_CLEAR:
        return mem_space_changed(w[0], w);
    case MEM_SPACE_DESTROY:
        return mem_space_ended(w[1]);
    default:
        CHECK(w[0] == MEM_CASUALTY);
        return mem_casualty_told(w);
    }
}

static err_t ipc(uint32_t head, struct words *words)
{
    uint32_t slot = head >> SLOT_SHIFT;

    message_page->words[0] = 0xdead; /* I2 of ipc.h */
    message_page->caller = 0xdead;
    if (slot == PROC_SLOT_MEM) {
        words->w[0] = (uint32_t)mem_answer(head, words->w);
        return OK;
    }
    CHECK(slot == PROC_SLOT_CONSOLE);
    if (words->w[0] != CONSOLE_RELEASE) {
        words->w[0] = (uint32_t)front_console_call(words->w);
        return OK;
    }
    struct fake_body *body = &fake_bodies[words->w[1] % FAKE_BODIES];
    body->is_console_told |= body->badge == words->w[1];
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

    switch (number) {
    case SYS_ipc_call:
        return ipc(head, words);
    case SYS_cap_derive:
        return w[0] >> SLOT_SHIFT ? derive_given(slot, w) : derive_own(slot, w);
    case SYS_task_create:
        return task_create(slot, w);
    case SYS_thread_create:
        return thread_create(slot, w);
    case SYS_object_destroy:
        return destroy(slot);
    case SYS_thread_read:
    case SYS_thread_write:
        return thread_state(number, slot, w[0]);
    case SYS_thread_resume:
        return thread_resume(slot);
    case SYS_thread_schedule:
        need(slot, THREAD);
        CHECK(w[0] == PRIORITY_PROGRAM && w[1] < cpu_count);
        return OK;
    case SYS_irq_ack:
        w[0] = fake_ticks;
        return OK;
    case SYS_irq_bind:
        return OK;
    case SYS_vm_map:
        return archive_map();
    default:
        CHECK(number == SYS_log_write);
        return log_write(w[0]);
    }
}

void proc_kernel_next(void)
{
    fake_refused = fake_refused_late = is_cleared = fake_logged = false;
}

void fake_casualty(uint32_t space, uint32_t vector, bool no_memory)
{
    uint32_t cause = FAULT_WRITE | (no_memory ? CASUALTY_NO_MEMORY : 0);

    if (casualties_count < CASUALTIES_MAX)
        casualties[casualties_count++] = (struct casualty){space, cause | vector << CASUALTY_VECTOR_SHIFT};
}

uint32_t proc_kernel_check(void)
{
    uint32_t count = 0;

    for (uint32_t i = 1; i < FAKE_BODIES; i++) {
        uint32_t slot = SLOT_BODIES + SLOTS_PER_BODY * i;
        bool lives = fake_bodies[i].lives;
        CHECK((slots[slot] == TASK) == lives && (slots[slot + 1] == THREAD) == lives && spaces[i] == lives);
        CHECK(!lives || fake_bodies[i].resumed);
        CHECK(lives || !fake_bodies[i].resumed || fake_bodies[i].is_console_told);
        count += lives;
    }
    return count;
}

void proc_kernel_check_end(void)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < FRAMES_MAX; i++)
        kept += slots[SLOT_FRAMES + i] == FRAME;
    CHECK(kept <= FRAMES_KEPT);
}

void proc_kernel_begin(uint32_t cpus)
{
    memset(slots, 0, sizeof(slots));
    for (uint32_t slot = SERVER_SLOT_TASK; slot <= PROC_SLOT_ARCHIVE; slot++)
        slots[slot] = OTHER;
    memset(owners, 0, sizeof(owners));
    memset(fake_bodies, 0, sizeof(fake_bodies));
    memset(spaces, 0, sizeof(spaces));
    casualties_count = 0;
    cpu_count = cpus;
    proc_kernel_next();
}
