#include "tests/server/proc_machine.h"

#include <stdarg.h>
#include <string.h>

#include "libuser/ipc/ipc.h"
#include "libuser/libc/errno.h"
#include "servers/clients.h"
#include "servers/mem/segment.h"
#include "servers/proc/body.h"
#include "servers/proc/frame_pool.h"
#include "servers/proc/process.h"
#include "servers/proto/console.h"
#include "servers/proto/mem.h"
#include "tests/host/check.h"

enum { LINES_MAX = 1 << 13, LINE_MAX = 256, FIRST_FRAME = 1000, STATE_WORDS = 256 };

uint32_t machine_ticks, machine_stack, machine_casualties_count, machine_reader;
bool machine_wants_ticks;
bool machine_fpu_is_used;
const struct machine_casualty *machine_casualties;

static char lines[LINES_MAX], taken[LINES_MAX];
static uint32_t bytes;
static struct {
    const char *line;
    int32_t result;
    uint32_t times;
} refusal;

/* ---------------------------------------------------------------------------------- lines */

void machine_add(const char *format, ...)
{
    va_list arguments;

    if (bytes + LINE_MAX > LINES_MAX)
        bytes = 0; /* nobody looks at so many */
    va_start(arguments, format);
    bytes += (uint32_t)vsnprintf(lines + bytes, LINE_MAX - 1, format, arguments);
    va_end(arguments);
    lines[bytes++] = '\n';
    lines[bytes] = 0;
}

const char *machine_lines(void)
{
    memcpy(taken, lines, bytes + 1);
    bytes = 0;
    lines[0] = 0;
    return taken;
}

void machine_refuse(const char *line, int32_t result, uint32_t times)
{
    refusal.line = line;
    refusal.result = result;
    refusal.times = times;
}

/* What the last line asks for: `result`, unless it is to be refused. */
static int32_t last_line(uint32_t begin, int32_t result)
{
    if (!refusal.times || strncmp(lines + begin, refusal.line, strlen(refusal.line)) != 0)
        return result;
    refusal.times--;
    return refusal.result;
}

#define LINE(...) (machine_add(__VA_ARGS__), last_line(begin, 0))

/* ---------------------------------------------------------------------------------- names */

struct name {
    char text[24];
};

/* "t3", ...; a slot that has none is told as it is. */
static struct name slot_name(uint32_t slot)
{
    uint32_t index = (slot - SLOT_BODIES) / SLOTS_PER_BODY, kind = (slot - SLOT_BODIES) % SLOTS_PER_BODY;
    struct name name;

    if (slot < SLOT_BODIES || index >= BODIES_MAX || kind > 2)
        snprintf(name.text, sizeof(name.text), "slot %u", slot);
    else
        snprintf(name.text, sizeof(name.text), "%c%u", "trh"[kind], index);
    return name;
}

static struct name badge_name(uint32_t badge)
{
    struct name name;

    snprintf(name.text, sizeof(name.text), "%u/%u", badge % (1u << PROCESS_INDEX_BITS), badge >> PROCESS_INDEX_BITS);
    return name;
}

/* ---------------------------------------------------------------------------------- objects */

static int32_t derive(uint32_t begin, uint32_t slot, const uint32_t *w)
{
    uint32_t task = w[0] >> SLOT_SHIFT, to = w[0] & 0xffff;

    CHECK(w[3] == 0);
    if (task && slot != PROC_SLOT_MEM)
        return LINE("give %s slot %u: %u badge %s rights %u", slot_name(task).text, to, slot, badge_name(w[2]).text, w[1]);
    if (task)
        return LINE("give %s slot %u: mem space %u rights %u", slot_name(task).text, to, w[2], w[1]);
    return LINE("derive %s: %u badge %u rights %u", slot_name(to).text, slot, w[2], w[1]);
}

static int32_t thread_create(uint32_t begin, uint32_t slot, const uint32_t *w)
{
    CHECK(w[2] == MESSAGE_PAGE);
    return LINE("thread %s: %s %s priority %u cpu %u", slot_name(w[0]).text, slot_name(slot).text,
                slot_name(w[1] & 0xffff).text, w[1] >> 16 & 0xff, w[1] >> 24);
}

static int32_t destroy(uint32_t begin, uint32_t slot)
{
    uint32_t index = (slot - SLOT_BODIES) / SLOTS_PER_BODY;

    if (index < SERVER_CALLERS)
        server_caller_dies(index);
    return LINE("destroy %s", slot_name(slot).text);
}

/* ---------------------------------------------------------------------------------- state */

static uint32_t index_of(uint32_t slot)
{
    return (slot - SLOT_BODIES) / SLOTS_PER_BODY;
}

/* What a thread's registers are: no two words are alike, in none of two threads. */
static struct thread_registers registers_of(uint32_t index)
{
    uint32_t first = 0x1000 * index;

    return (struct thread_registers){first + 1, first + 2, first + 3, first + 4,    first + 5, first + 6,
                                     first + 7, machine_stack, first + 9, first + 10, 11,        12};
}

static void state_of(uint32_t index, uint32_t *state)
{
    for (uint32_t i = 0; i < STATE_WORDS; i++)
        state[i] = index << 16 | i;
}

static int32_t thread_read(uint32_t begin, uint32_t slot, uint32_t what)
{
    uint32_t index = index_of(slot);
    int32_t result = LINE("read %s %s", slot_name(slot).text, what == THREAD_FPU ? "fpu" : "registers");

    if (result)
        return result;
    if (what == THREAD_FPU && !machine_fpu_is_used)
        return ERR_ABSENT;
    state_of(index, message_page->state);
    if (what == THREAD_REGISTERS) {
        struct thread_registers registers = registers_of(index);
        memcpy(message_page->state, &registers, sizeof(registers));
    }
    return OK;
}

static int32_t write_fpu(uint32_t begin, uint32_t slot)
{
    static uint32_t expected[STATE_WORDS];

    for (uint32_t i = 0; i < 32; i++) {
        state_of(i, expected);
        if (!memcmp(expected, message_page->state, sizeof(expected)))
            return LINE("write %s: fpu of r%u", slot_name(slot).text, i);
    }
    memset(expected, 0, sizeof(expected));
    expected[0] = 0x37f;
    expected[6] = 0x1f80;
    CHECK(!memcmp(expected, message_page->state, sizeof(expected)));
    return LINE("write %s: fpu as at first", slot_name(slot).text);
}

static int32_t write_registers(uint32_t begin, uint32_t slot)
{
    const struct thread_registers *given = (const struct thread_registers *)message_page->state;
    struct thread_registers expected = {.eip = given->eip, .esp = given->esp};

    if (!memcmp(given, &expected, sizeof(expected)))
        return LINE("write %s: eip %x esp %x", slot_name(slot).text, given->eip, given->esp);
    expected = registers_of(given->ecx >> 12);
    expected.eax = expected.ebx = expected.esi = 0;
    CHECK(!memcmp(given, &expected, sizeof(expected)));
    return LINE("write %s: as r%u, with 0 and 0", slot_name(slot).text, given->ecx >> 12);
}

/* ---------------------------------------------------------------------------------- mem */

static int32_t task_frame(uint32_t begin, uint32_t flags, uint32_t *w)
{
    CHECK(flags & IPC_SLOTS && message_page->slots_count == 1);
    int32_t result = LINE("frame f%d", (int)(message_page->slots - SLOT_FRAMES));

    w[1] = FIRST_FRAME + message_page->slots - SLOT_FRAMES;
    return result;
}

static int32_t casualty(uint32_t begin, uint32_t *w)
{
    int32_t result = LINE("casualty");

    if (result || !machine_casualties_count)
        return result ? result : -ENOENT;
    w[1] = machine_casualties->space;
    w[2] = machine_casualties->address;
    w[3] = machine_casualties->why;
    machine_casualties++;
    machine_casualties_count--;
    return 0;
}

/* The task that comes with the call. */
static struct name item_name(uint32_t flags)
{
    const struct item *item = &message_page->items[0];
    struct name name;

    CHECK(flags & IPC_EXTENDED && message_page->tag == 1 << TAG_ITEMS_SHIFT && item->from == 0 && item->to == 0);
    snprintf(name.text, sizeof(name.text), "%s, %x", slot_name(item->slot).text, item->kind_rights);
    return name;
}

static int32_t map(uint32_t begin, uint32_t flags, uint32_t space)
{
    struct mem_segment segment;

    CHECK(flags & IPC_EXTENDED && message_page->tag == sizeof(segment) / sizeof(uint32_t));
    memcpy(&segment, message_page->words, sizeof(segment));
    return LINE("map %u: %x+%x from %u+%x rights %u", space, segment.address, segment.memory_bytes, segment.archive_page,
                segment.file_bytes, segment.rights);
}

static int32_t mem(uint32_t begin, uint32_t flags, uint32_t *w)
{
    switch (w[0]) {
    case MEM_TASK_FRAME:
        return task_frame(begin, flags, w);
    case MEM_TASK_FRAME_END:
        return LINE("frame end f%d", (int)(w[1] - FIRST_FRAME));
    case MEM_SPACE_CREATE:
        return LINE("create %u: %s", w[1], item_name(flags).text);
    case MEM_SPACE_FORK:
        return LINE("copy %u to %u: %s", w[1], w[2], item_name(flags).text);
    case MEM_SPACE_MAP:
        return map(begin, flags, w[1]);
    case MEM_SPACE_FINISH:
        return LINE("finish %u: %x", w[1], w[2]);
    case MEM_SPACE_CLEAR:
        return LINE("clear %u: %u", w[1], w[2]);
    case MEM_SPACE_DESTROY:
        return LINE("end %u", w[1]);
    default:
        CHECK(w[0] == MEM_CASUALTY);
        return casualty(begin, w);
    }
}

static int32_t console(uint32_t begin, uint32_t *w)
{
    int32_t result;

    switch (w[0]) {
    case CONSOLE_RELEASE:
        return LINE("release %s", badge_name(w[1]).text);
    case CONSOLE_FRONT:
        return LINE("front %s%s", w[1] ? badge_name(w[1]).text : "none", w[2] ? ", again" : "");
    case CONSOLE_TICK:
        result = LINE("tick %u", w[1]);
        w[1] = machine_wants_ticks;
        return result;
    default:
        CHECK(w[0] == CONSOLE_NEWS);
        w[1] = machine_reader;
        w[2] = machine_wants_ticks;
        return LINE("news");
    }
}

static int32_t ipc(uint32_t begin, uint32_t head, struct words *words)
{
    uint32_t slot = head >> SLOT_SHIFT, *w = words->w;

    if (slot == PROC_SLOT_MEM) {
        w[0] = (uint32_t)mem(begin, head, w);
    } else {
        CHECK(slot == PROC_SLOT_CONSOLE);
        w[0] = (uint32_t)console(begin, w);
    }
    memset(message_page, 0xee, offsetof(struct message_page, items)); /* I2 of ipc.h */
    memset(message_page->words, 0xee, sizeof(message_page->words));
    return OK;
}

/* ---------------------------------------------------------------------------------- calls */

static int32_t log_write(uint32_t begin, uint32_t slot, uint32_t length)
{
    CHECK(slot == SERVER_SLOT_LOG && length > 1);
    return LINE("log %.*s", (int)length - 1, (const char *)message_page->words);
}

static int32_t ack(uint32_t slot, uint32_t *w)
{
    CHECK(slot == PROC_SLOT_TICK && w[0] == IRQ_TICK);
    w[0] = machine_ticks;
    return OK;
}

int32_t machine_call(uint32_t number, uint32_t head, struct words *words)
{
    uint32_t slot = head >> SLOT_SHIFT, *w = words->w, begin = bytes;

    switch (number) {
    case SYS_ipc_call:
        return ipc(begin, head, words);
    case SYS_cap_derive:
        return derive(begin, slot, w);
    case SYS_task_create:
        CHECK(w[0] == 0);
        return LINE("task %s: f%d", slot_name(w[1]).text, (int)(slot - SLOT_FRAMES));
    case SYS_thread_create:
        return thread_create(begin, slot, w);
    case SYS_object_destroy:
        return destroy(begin, slot);
    case SYS_thread_read:
        return thread_read(begin, slot, w[0]);
    case SYS_thread_write:
        return w[0] == THREAD_FPU ? write_fpu(begin, slot) : write_registers(begin, slot);
    case SYS_thread_resume:
        return LINE("resume %s", slot_name(slot).text);
    case SYS_thread_schedule:
        return LINE("move %s: priority %u cpu %u", slot_name(slot).text, w[0], w[1]);
    case SYS_irq_ack:
        return ack(slot, w);
    case SYS_irq_bind:
        return LINE("bind %u: line %u to slot %u", slot, w[0], w[1]);
    case SYS_vm_map:
        return LINE("map %s: %x from %u+%u, %u", slot_name(slot).text, w[0], w[1] >> SLOT_SHIFT, w[2], w[1] & 0xffff);
    default:
        CHECK(number == SYS_log_write);
        return log_write(begin, slot, w[0]);
    }
}

void machine_begin(void)
{
    static bool is_made;

    if (!is_made)
        machine_archive_make();
    is_made = true;
    bytes = 0;
    lines[0] = 0;
    refusal.times = 0;
    machine_ticks = machine_casualties_count = machine_reader = 0;
    machine_wants_ticks = false;
    machine_fpu_is_used = false;
    machine_stack = STACK_TOP - 16;
}
