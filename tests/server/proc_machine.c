#include "tests/server/proc_machine_parts.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "libuser/ipc/ipc.h"
#include "servers/proc/task.h"
#include "servers/proc/frame_pool.h"
#include "servers/proc/process.h"
#include "servers/proto/console.h"
#include "servers/proto/mem.h"
#include "servers/proto/mem_types.h"
#include "servers/proto/slots.h"
#include "tests/host/check.h"

enum { LINES_MAX = 1 << 13, LINE_MAX = 256, FIRST_FRAME = 1000, STATE_WORDS = 256 };

uint32_t machine_stack, machine_fatal_faults_count, machine_reader;
bool machine_wants_ticks, machine_interrupts, machine_has_input, machine_console_is_due;
bool machine_fpu_is_used, machine_is_in_call, machine_awaits_console;
const struct machine_fatal_fault *machine_fatal_faults;

static char lines[LINES_MAX], taken[LINES_MAX];
static uint32_t bytes;
static struct {
    const char *line;
    int32_t result;
    uint32_t times;
} refusal, parts;

enum part { WHOLE, COPIED, CLEARED, ENDED };

/* For each process: its space in mem, what is done in part with it, whether its thread was resumed. */
static struct {
    bool exists, runs;
    enum part part;
} tasks[TASKS_MAX];

/* ---------------------------------------------------------------------------------- lines */

void machine_add(const char *format, ...)
{
    va_list arguments;

    if (bytes + LINE_MAX > LINES_MAX)
        bytes = 0; /* nobody reads so many lines */
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

void machine_in_parts(const char *line, uint32_t times)
{
    parts.line = line;
    parts.times = times;
}

int32_t machine_last_line(uint32_t begin, int32_t result)
{
    if (!refusal.times || strncmp(lines + begin, refusal.line, strlen(refusal.line)) != 0)
        return result;
    refusal.times--;
    return refusal.result;
}

/* ---------------------------------------------------------------------------------- names */

/* "t3", ...; the number of a slot that has no name. */
struct machine_name machine_slot_name(uint32_t slot)
{
    uint32_t index = (slot - SLOT_TASKS) / SLOTS_PER_TASK, kind = (slot - SLOT_TASKS) % SLOTS_PER_TASK;
    struct machine_name name;

    if (slot < SLOT_TASKS || index >= TASKS_MAX || kind > 2)
        snprintf(name.text, sizeof(name.text), "slot %u", slot);
    else
        snprintf(name.text, sizeof(name.text), "%c%u", "trh"[kind], index);
    return name;
}

struct machine_name machine_badge_name(uint32_t badge)
{
    struct machine_name name;

    snprintf(name.text, sizeof(name.text), "%u/%u", badge % (1u << PROCESS_INDEX_BITS), badge >> PROCESS_INDEX_BITS);
    return name;
}

static uint32_t index_of(uint32_t slot)
{
    return (slot - SLOT_TASKS) / SLOTS_PER_TASK;
}

/* ---------------------------------------------------------------------------------- objects */

static int32_t derive(uint32_t begin, uint32_t slot, const uint32_t *w)
{
    uint32_t task = w[0] >> SLOT_SHIFT, to = w[0] & 0xffff;

    CHECK(w[3] == 0);
    if (task && slot != PROC_SLOT_MEM)
        return LINE("give %s slot %u: %u badge %s rights %u", machine_slot_name(task).text, to, slot,
                    machine_badge_name(w[2]).text, w[1]);
    if (task)
        return LINE("give %s slot %u: mem space %u rights %u", machine_slot_name(task).text, to, w[2], w[1]);
    return LINE("derive %s: %u badge %u rights %u", machine_slot_name(to).text, slot, w[2], w[1]);
}

static int32_t thread_create(uint32_t begin, uint32_t slot, const uint32_t *w)
{
    CHECK(w[2] == (slot == SERVER_SLOT_TASK ? MESSAGE_PAGE + PAGE_SIZE : MESSAGE_PAGE));
    CHECK(slot == SERVER_SLOT_TASK || (tasks[index_of(slot)].exists && tasks[index_of(slot)].part == WHOLE));
    return LINE("thread %s: %s %s priority %u cpu %u", machine_slot_name(w[0]).text, machine_slot_name(slot).text,
                machine_slot_name(w[1] & 0xffff).text, w[1] >> 16 & 0xff, w[1] >> 24);
}

static int32_t resume(uint32_t begin, uint32_t slot)
{
    if (slot >= SLOT_TASKS)
        tasks[index_of(slot)].runs = true;
    return LINE("resume %s", machine_slot_name(slot).text);
}

static int32_t stop(uint32_t begin, uint32_t slot)
{
    CHECK(tasks[index_of(slot)].exists && tasks[index_of(slot)].part == WHOLE);
    tasks[index_of(slot)].runs = false;
    return LINE("stop %s", machine_slot_name(slot).text);
}

/* ---------------------------------------------------------------------------------- state */

/* A thread's registers: every word differs, within a thread and between threads. */
static struct thread_registers registers_of(uint32_t index)
{
    uint32_t first = 0x1000 * index;

    struct thread_registers r = {first + 1, first + 2,     first + 3, first + 4,  first + 5, first + 6,
                                 first + 7, machine_stack, first + 9, first + 10, 11,        12};

    if (machine_is_in_call)
        r.ecx = r.esp, r.edx = r.eip, r.eflags = 0x202;
    return r;
}

static void state_of(uint32_t index, uint32_t *state)
{
    for (uint32_t i = 0; i < STATE_WORDS; i++)
        state[i] = index << 16 | i;
}

static int32_t thread_read(uint32_t begin, uint32_t slot, uint32_t what)
{
    uint32_t index = index_of(slot);
    int32_t result = LINE("read %s %s", machine_slot_name(slot).text, what == THREAD_FPU ? "fpu" : "registers");

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
            return LINE("write %s: fpu of r%u", machine_slot_name(slot).text, i);
    }
    memset(expected, 0, sizeof(expected));
    expected[0] = 0x37f;
    expected[6] = 0x1f80;
    CHECK(!memcmp(expected, message_page->state, sizeof(expected)));
    return LINE("write %s: fpu as at first", machine_slot_name(slot).text);
}

static int32_t write_registers(uint32_t begin, uint32_t slot)
{
    const struct thread_registers *given = (const struct thread_registers *)message_page->state;
    struct thread_registers expected = {.eip = given->eip, .esp = given->esp}, begins = expected;

    if (slot < SLOT_TASKS) {
        CHECK(!memcmp(given, &expected, sizeof(expected)) && given->eip && given->esp % 16 == 12);
        return LINE("write %s: a function and a stack", machine_slot_name(slot).text);
    }
    if (!memcmp(given, &expected, sizeof(expected)))
        return LINE("write %s: eip %x esp %x", machine_slot_name(slot).text, given->eip, given->esp);
    begins.ecx = given->ecx;
    begins.edx = given->edx;
    if (!memcmp(given, &begins, sizeof(begins)))
        return LINE("write %s: eip %x esp %x ecx %x edx %x", machine_slot_name(slot).text, given->eip, given->esp,
                    given->ecx, given->edx);
    expected = registers_of(index_of(slot));
    expected.eip = given->eip;
    if (!memcmp(given, &expected, sizeof(expected)))
        return LINE("divert %s: %x", machine_slot_name(slot).text, given->eip);
    expected = registers_of(given->ecx >> 12);
    expected.eax = expected.ebx = expected.esi = 0;
    CHECK(!memcmp(given, &expected, sizeof(expected)));
    return LINE("write %s: as r%u, with 0 and 0", machine_slot_name(slot).text, given->ecx >> 12);
}

/* ---------------------------------------------------------------------------------- mem */

static int32_t task_frame(uint32_t begin, uint32_t flags, uint32_t *w)
{
    CHECK(flags & IPC_SLOTS && message_page->slots_count == 1);
    int32_t result = LINE("frame f%d", (int)(message_page->slots - SLOT_FRAMES));

    w[1] = FIRST_FRAME + message_page->slots - SLOT_FRAMES;
    return result;
}

/* The task that a call brings as an item. */
static struct machine_name item_name(uint32_t flags)
{
    const struct item *item = &message_page->items[0];
    struct machine_name name;

    CHECK(flags & IPC_EXTENDED && message_page->tag == TAG(0, 1) && item->from == 0 && item->to == 0);
    snprintf(name.text, sizeof(name.text), "%s, %x", machine_slot_name(item->slot).text,
             item->kind << 5 | item->rights);
    return name;
}

/* The result of one part, or of the whole. */
static int32_t part_done(uint32_t begin, uint32_t space, int32_t result, enum part part)
{
    if (result)
        return result;
    bool is_part = parts.times && strncmp(lines + begin, parts.line, strlen(parts.line)) == 0;
    parts.times -= is_part;
    tasks[space].part = is_part ? part : WHOLE;
    return is_part ? MEM_MORE : 0;
}

static int32_t create(uint32_t begin, uint32_t flags, uint32_t space)
{
    CHECK(!tasks[space].exists);
    int32_t result = LINE("create %u: %s", space, item_name(flags).text);

    tasks[space].exists = !result;
    return result;
}

static int32_t copy(uint32_t begin, uint32_t flags, const uint32_t *w)
{
    CHECK(!tasks[w[2]].exists && tasks[w[1]].exists && tasks[w[1]].part == WHOLE && server_owes(w[1] % SERVER_CALLERS));
    int32_t result = LINE("copy %u to %u: %s", w[1], w[2], item_name(flags).text);

    tasks[w[2]].exists = !result;
    return part_done(begin, w[2], result, COPIED);
}

static int32_t copy_more(uint32_t begin, const uint32_t *w)
{
    CHECK(tasks[w[2]].part == COPIED && tasks[w[1]].exists && tasks[w[1]].part == WHOLE);
    return part_done(begin, w[2], LINE("copy more of %u to %u", w[1], w[2]), COPIED);
}

static int32_t clear(uint32_t begin, const uint32_t *w)
{
    CHECK(tasks[w[1]].exists && (tasks[w[1]].part == WHOLE || tasks[w[1]].part == CLEARED));
    return part_done(begin, w[1], LINE("clear %u: %u, tables %u", w[1], w[2], w[3]), CLEARED);
}

static int32_t end(uint32_t begin, uint32_t space)
{
    int32_t result = LINE("end %u", space);

    if (!tasks[space].exists)
        return -ENOENT;
    CHECK(!tasks[space].runs || server_owes(space % SERVER_CALLERS));
    if ((result = part_done(begin, space, result, ENDED)) > 0)
        return result;
    tasks[space].exists = tasks[space].runs = false;
    server_caller_dies(space % SERVER_CALLERS);
    return result;
}

static int32_t finish(uint32_t begin, const uint32_t *w)
{
    CHECK(tasks[w[1]].exists && tasks[w[1]].part == WHOLE);
    return LINE("finish %u: %x", w[1], w[2]);
}

static int32_t fatal_fault(uint32_t begin, uint32_t *w)
{
    int32_t result = LINE("fatal fault");

    if (result || !machine_fatal_faults_count)
        return result ? result : -ENOENT;
    w[1] = machine_fatal_faults->space;
    tasks[w[1] % TASKS_MAX].runs = false;
    w[2] = machine_fatal_faults->address;
    w[3] = machine_fatal_faults->why;
    machine_fatal_faults++;
    machine_fatal_faults_count--;
    return 0;
}

static int32_t map(uint32_t begin, uint32_t flags, uint32_t space)
{
    struct program_segment segment;

    CHECK(flags & IPC_EXTENDED && message_page->tag == sizeof(segment) / sizeof(uint32_t));
    CHECK(tasks[space].exists && tasks[space].part == WHOLE);
    memcpy(&segment, message_page->words, sizeof(segment));
    CHECK(segment.memory_bytes <= PROGRAM_SEGMENT_PAGES_MAX * PAGE_SIZE);
    return LINE("map %u: %x+%x from %u+%x rights %u", space, segment.address, segment.memory_bytes,
                segment.archive_page, segment.file_bytes, segment.rights);
}

static int32_t mem(uint32_t begin, uint32_t flags, uint32_t *w)
{
    switch (w[0]) {
    case MEM_TASK_FRAME:
        return task_frame(begin, flags, w);
    case MEM_SPACE_WORD:
        return machine_word(w);
    case MEM_SPACE_LIMIT:
        CHECK(tasks[w[1]].exists && tasks[w[1]].part == WHOLE);
        return LINE("limit %u: %u", w[1], w[2]);
    case MEM_AUDIT:
        return LINE("audit mem");
    case MEM_INFO:
        return LINE("info");
    case MEM_FATAL_FAULT_RESUME:
        return LINE("goes on %u", w[1]);
    case MEM_TASK_FRAME_END:
        return LINE("frame end f%d", (int)(w[1] - FIRST_FRAME));
    case MEM_SPACE_CREATE:
        return create(begin, flags, w[1]);
    case MEM_SPACE_FORK:
        return copy(begin, flags, w);
    case MEM_SPACE_FORK_MORE:
        return copy_more(begin, w);
    case MEM_SPACE_MAP:
        return map(begin, flags, w[1]);
    case MEM_SPACE_COPY:
        CHECK(tasks[w[1]].exists && tasks[w[1]].part == WHOLE);
        return LINE("fill %u: %x from %u", w[1], w[2], w[3]);
    case MEM_SPACE_FINISH:
        return finish(begin, w);
    case MEM_SPACE_CLEAR:
        return clear(begin, w);
    case MEM_SPACE_DESTROY:
        return end(begin, w[1]);
    default:
        CHECK(w[0] == MEM_FATAL_FAULT);
        return fatal_fault(begin, w);
    }
}

static int32_t console(uint32_t begin, uint32_t *w)
{
    int32_t result;
    bool part = w[1];

    switch (w[0]) {
    case CONSOLE_AUDIT:
        return LINE("audit console");
    case CONSOLE_RELEASE:
        return LINE("release %s", machine_badge_name(w[1]).text);
    case CONSOLE_FOREGROUND:
        return LINE("foreground %s%s", w[1] ? machine_badge_name(w[1]).text : "none", w[2] ? ", again" : "");
    case CONSOLE_KEYS:
        return LINE("keys %s%s", machine_badge_name(w[1]).text, w[2] ? "" : " no more");
    case CONSOLE_INTERRUPT:
    case CONSOLE_TICK:
        result = w[0] == CONSOLE_TICK ? LINE("tick %u", w[1]) : LINE("interrupt %s", machine_badge_name(w[1]).text);
        w[1] = w[0] == CONSOLE_TICK ? machine_wants_ticks : machine_awaits_console;
        return result;
    default:
        CHECK(w[0] == CONSOLE_EVENTS);
        w[1] = machine_reader;
        w[2] = machine_wants_ticks;
        w[3] = (machine_interrupts ? CONSOLE_EVENT_INTERRUPT : 0) | (machine_has_input ? CONSOLE_EVENT_INPUT : 0) |
               (machine_console_is_due ? CONSOLE_EVENT_DUE : 0);
        machine_interrupts = machine_has_input = false;
        return part ? LINE("events and a part") : LINE("events");
    }
}

static int32_t ipc(uint32_t begin, uint32_t head, struct words *words)
{
    uint32_t slot = head >> SLOT_SHIFT, *w = words->w;

    if (slot == PROC_SLOT_MEM) {
        w[0] = (uint32_t)mem(begin, head, w);
    } else if (slot == PROC_SLOT_FILE) {
        w[0] = (uint32_t)machine_files(begin, w);
    } else {
        CHECK(slot == PROC_SLOT_CONSOLE);
        w[0] = (uint32_t)console(begin, w);
    }
    memset(message_page, 0xee, offsetof(struct message_page, items)); /* I2 of ipc.h */
    memset(message_page->words, 0xee, sizeof(message_page->words));
    machine_files_put();
    return OK;
}

/* ---------------------------------------------------------------------------------- calls */

static int32_t log_write(uint32_t begin, uint32_t slot, uint32_t length)
{
    CHECK(slot == SERVER_SLOT_LOG && length > 1);
    return LINE("log %.*s", (int)length - 1, (const char *)message_page->words);
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
        return LINE("task %s: f%d", machine_slot_name(w[1]).text, (int)(slot - SLOT_FRAMES));
    case SYS_thread_create:
        return thread_create(begin, slot, w);
    case SYS_object_destroy:
        return LINE("destroy %s", machine_slot_name(slot).text);
    case SYS_thread_read:
        return thread_read(begin, slot, w[0]);
    case SYS_thread_write:
        return w[0] == THREAD_FPU ? write_fpu(begin, slot) : write_registers(begin, slot);
    case SYS_thread_resume:
        return resume(begin, slot);
    case SYS_thread_stop:
        return stop(begin, slot);
    case SYS_thread_schedule:
        return LINE("move %s: priority %u cpu %u", machine_slot_name(slot).text, w[0], w[1]);
    case SYS_irq_ack:
        return machine_ack(slot, w);
    case SYS_port_in:
    case SYS_port_out:
        return machine_port(number, slot, w);
    case SYS_irq_bind:
        return LINE("bind %u: line %u to slot %u", slot, w[0], w[1]);
    case SYS_vm_map:
        return LINE("map %s: %x from %u+%u, %u", machine_slot_name(slot).text, w[0], w[1] >> SLOT_SHIFT, w[2],
                    w[1] & 0xffff);
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
    machine_archive_choose();
    bytes = 0;
    lines[0] = 0;
    refusal.times = parts.times = 0;
    machine_ticks = machine_fatal_faults_count = machine_reader = 0;
    memset(tasks, 0, sizeof(tasks));
    machine_files_begin();
    machine_wants_ticks = machine_interrupts = machine_has_input = machine_console_is_due = false;
    machine_fpu_is_used = machine_is_in_call = machine_awaits_console = false;
    machine_stack = STACK_TOP - 16;
}
