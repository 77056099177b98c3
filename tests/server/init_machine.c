#include "tests/server/init_machine.h"

#include <stdarg.h>
#include <string.h>

#include "libuser/ipc/ipc.h"
#include "servers/init/load.h"
#include "servers/proto/console.h"
#include "servers/proto/proc.h"
#include "tests/host/check.h"
#include "tests/server/init_archive.h"

enum { LINES_MAX = 1 << 15, LINE_MAX = 512, SHORTFALL = 3, VGA_PATTERN = 0x55 };
enum frame { ABSENT, FREE, FILLED, USED };

struct machine machine;
struct message_page *machine_page;
void (*machine_stopped)(void);

static char lines[LINES_MAX];
static uint32_t bytes, donated, donated_to;
static uint8_t frames[FRAMES];
static const char *refused;
static int32_t refused_with;
static char *archive;

/* ---------------------------------------------------------------------------------- lines */

void machine_add(const char *format, ...)
{
    va_list arguments;

    CHECK(bytes + LINE_MAX < LINES_MAX);
    va_start(arguments, format);
    bytes += (uint32_t)vsnprintf(lines + bytes, LINE_MAX - 1, format, arguments);
    va_end(arguments);
    lines[bytes++] = '\n';
    lines[bytes] = 0;
}

const char *machine_lines(void)
{
    return lines;
}

void machine_refuse(const char *line, int32_t result)
{
    refused = line;
    refused_with = result;
}

static int32_t last_line(uint32_t begin)
{
    if (!refused || strncmp(lines + begin, refused, strlen(refused)) != 0)
        return OK;
    refused = NULL;
    message_page->shortfall = SHORTFALL;
    return refused_with;
}

#define LINE(...) (machine_add(__VA_ARGS__), last_line(begin))

struct name {
    char text[16];
};

static struct name slot_name(uint32_t slot)
{
    static const struct {
        uint32_t first;
        char letter;
    } kinds[] = {{SLOT_ENDPOINTS, 'e'}, {SLOT_TASKS, 't'}, {SLOT_THREADS, 'r'}, {SLOT_HANDLERS, 'h'}};
    struct name name;

    snprintf(name.text, sizeof(name.text),
             slot == SLOT_INIT_ENDPOINT ? "init"
             : slot == SLOT_SUPERVISOR  ? "supervisor"
                                        : "boot %u",
             slot);
    for (uint32_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (slot >= kinds[i].first && slot < kinds[i].first + 8)
            snprintf(name.text, sizeof(name.text), "%c%u", kinds[i].letter, slot - kinds[i].first);
    return name;
}

/* ---------------------------------------------------------------------------------- frames */

static void take_frame(uint32_t frame, enum frame was, enum frame is)
{
    CHECK(frame < FRAMES && frames[frame] == was);
    frames[frame] = (uint8_t)is;
}

/* Consecutive donations to one task are one line. */
static void tell_donated(void)
{
    uint32_t count = donated;

    donated = 0;
    if (count > 0)
        machine_add("donate %s: %u", slot_name(donated_to).text, count);
}

static int32_t donate(uint32_t slot, const uint32_t *w)
{
    CHECK(w[0] == (BOOT_SLOT_MEMORY | 1 << SLOT_SHIFT));
    take_frame(w[1], FREE, USED);
    if (donated_to != slot)
        tell_donated();
    donated_to = slot;
    donated++;
    return OK;
}

/* Takes a range of memory: it must be free, or, for the screen's ring, filled. */
static const char *take_range(uint32_t first, uint32_t count)
{
    const struct boot_range *last = &machine.boot.ranges[machine.boot.ranges_count - 1];
    bool is_rest = first + count == last->first + last->pages, is_ring = frames[first] == FILLED;

    if (frames[first] == USED) { /* of another server, which has it already */
        for (uint32_t i = first; i < first + count; i++)
            CHECK(frames[i] == USED);
        return "its frames";
    }

    for (uint32_t i = 0; is_rest && i < first; i++)
        CHECK(frames[i] != FREE || i < 100); /* pages that do not fit remain in the small ranges below */
    for (uint32_t i = first; i < first + count; i++)
        if (!is_ring && (!is_rest || frames[i] != ABSENT))
            take_frame(i, FREE, USED);
        else
            CHECK(frames[i] == (is_ring ? FILLED : ABSENT));
    return is_rest ? "the rest" : is_ring ? "the ring" : "frames";
}

/* ---------------------------------------------------------------------------------- objects */

static int32_t derive(uint32_t begin, uint32_t slot, const uint32_t *w)
{
    uint32_t task = w[0] >> SLOT_SHIFT, to = w[0] & 0xffff;

    CHECK(task || w[3] == 0);
    if (!task)
        return LINE("derive %s: %s rights %u badge %u", slot_name(to).text, slot_name(slot).text, w[1], w[2]);
    if (slot == BOOT_SLOT_MEMORY)
        return LINE("give %s slot %u: %s rights %u", slot_name(task).text, to, take_range(w[2], w[3]), w[1]);
    return LINE("give %s slot %u: %s rights %u %u %u", slot_name(task).text, to, slot_name(slot).text, w[1], w[2],
                w[3]);
}

static int32_t map(uint32_t begin, uint32_t slot, const uint32_t *w)
{
    uint32_t from = w[1] >> SLOT_SHIFT, pages = w[1] & 0xffff, address = w[0] & -(uint32_t)PAGE_SIZE,
             rights = w[0] & 0xfff;

    if (from != BOOT_SLOT_MEMORY)
        return LINE("map %s: %x rights %u from %s %x, %u", slot_name(slot).text, address, rights, slot_name(from).text,
                    w[2], pages);
    CHECK(pages == 1);
    int32_t result = LINE("map %s: %x rights %u", slot_name(slot).text, address, rights);
    if (!result)
        take_frame(w[2], FILLED, USED);
    return result;
}

static int32_t fill(uint32_t begin, const uint32_t *w)
{
    take_frame(w[0], FREE, FILLED);
    return LINE("fill: %s page %u, %u", slot_name(w[1]).text, w[2], w[3]);
}

static int32_t thread_create(uint32_t begin, uint32_t slot, const uint32_t *w)
{
    return LINE("thread %s: %s %s handler %u priority %u cpu %u page %x", slot_name(w[0] & 0xffff).text,
                slot_name(slot).text, slot_name(w[0] >> SLOT_SHIFT).text, w[1] & 0xffff, w[1] >> 16 & 0xff, w[1] >> 24,
                w[2]);
}

static int32_t thread_write(uint32_t begin, uint32_t slot, uint32_t what)
{
    const struct thread_registers *given = (const struct thread_registers *)message_page->state;
    uint32_t first = frames[given->ebx % FRAMES] != ABSENT ? given->ebx : 0; /* any frame */

    CHECK(what == THREAD_REGISTERS);
    if (slot == SLOT_SUPERVISOR)
        return LINE("start supervisor");
    return LINE("start %s: eip %x esp %x ebx %s esi %u edi %u", slot_name(slot).text, given->eip, given->esp,
                first        ? "frames"
                : given->ebx ? "nothing"
                             : "0",
                given->esi, given->edi);
}

/* ---------------------------------------------------------------------------------- others */

static int32_t port_out(uint32_t begin, uint32_t slot, const uint32_t *w)
{
    CHECK(slot == BOOT_SLOT_PORTS);
    if (w[0] == 0x3d4 || w[0] == 0x3d5)
        CHECK(w[1] == 1 && w[2] == (w[0] == 0x3d4 ? 15 : VGA_PATTERN));
    return LINE("out %x: %u, %x", w[0], w[1], w[2]);
}

static int32_t port_in(uint32_t begin, uint32_t slot, uint32_t *w)
{
    const bool is_exit_device = w[0] == 0xf4;

    CHECK(slot == BOOT_SLOT_PORTS && w[0] == (is_exit_device ? 0xf4 : 0x3d5) && w[1] == (is_exit_device ? 4 : 1));
    int32_t result = LINE("in %x", w[0]);
    if (is_exit_device)
        w[0] = machine.has_exit_device ? 0 : ~0u;
    else
        w[0] = machine.has_vga ? VGA_PATTERN : 0xff;
    return result;
}

static int status_of(uint32_t begin, uint32_t slot, uint32_t *w)
{
    const char *text = (const char *)message_page->words;

    if (slot == SLOT_ENDPOINTS + SERVER_CONSOLE)
        return LINE("console %u", w[0]), w[0] == CONSOLE_SYNC ? machine.sync : machine.pipe;
    CHECK(slot == SLOT_ENDPOINTS + SERVER_PROC);
    if (w[0] == PROC_WAIT)
        return LINE("wait %u %u", w[1], w[2]), machine.wait;
    CHECK(w[0] == PROC_SPAWN && message_page->tag == (w[2] + 3) / 4);
    char data[BOOT_COMMAND_MAX + 1] = {0};
    for (uint32_t i = 0; i < w[2]; i++)
        data[i] = text[i] ? text[i] : '|';
    if (w[3])
        return LINE("spawn %u within %u: %s", w[1], w[3], data), machine.spawn;
    return LINE("spawn %u: %s", w[1], data), machine.spawn;
}

static int32_t ipc(uint32_t begin, uint32_t slot, uint32_t *w)
{
    if (slot == SLOT_INIT_ENDPOINT) {
        int32_t result = w[1] ? LINE("report %u before a shell", w[0]) : LINE("report %u", w[0]);
        if (!result && !(w[1] && machine.shells-- > 0))
            machine_stopped();
        return result;
    }
    uint32_t status = (uint32_t)status_of(begin, slot, w);
    *(struct words *)w = (struct words){{status, 7, machine.code, machine.signal}};
    return OK;
}

static int32_t log_write(uint32_t slot, uint32_t length)
{
    CHECK(slot == BOOT_SLOT_LOG && length > 1);
    machine_add("log %.*s", (int)length - 1, (const char *)machine_page->words);
    return OK;
}

static int32_t stop(uint32_t begin, uint32_t slot)
{
    CHECK(slot == BOOT_SLOT_THREAD);
    int32_t result = LINE("stop");

    if (!result)
        machine_stopped();
    return result;
}

/* The boot page is set up before the first call. */
static void start(void)
{
    struct boot_page *page = (struct boot_page *)BOOT_PAGE;

    *page = machine.boot;
    bytes = donated = 0;
    memset(frames, ABSENT, sizeof(frames));
    for (uint32_t i = 0; i < machine.boot.ranges_count; i++)
        memset(frames + machine.boot.ranges[i].first, FREE, machine.boot.ranges[i].pages);
    archive_make(archive, machine.damaged);
}

static bool is_started;

void machine_begin(void)
{
    static const struct boot_page boot = {
        .ranges_count = 3,
        .ranges = {{16, 9}, {40, 5}, {100, FRAMES - 100}},
        .modules_count = 1,
        .modules = {{0, MACHINE_ARCHIVE_PAGES}},
        .cpu_count = 1,
        .command = "prog",
    };

    if (!archive)
        archive = server_pages(ARCHIVE_ADDRESS, MACHINE_ARCHIVE_PAGES);
    machine = (struct machine){.boot = boot};
    machine_page = message_page;
    refused = NULL;
    is_started = false;
}

int32_t machine_call(uint32_t number, uint32_t head, struct words *words)
{
    uint32_t slot = head >> SLOT_SHIFT, *w = words->w;

    if (!is_started)
        start();
    is_started = true;
    if (number == SYS_task_donate)
        return donate(slot, w);
    tell_donated();
    uint32_t begin = bytes;
    switch (number) {
    case SYS_cap_derive:
        return derive(begin, slot, w);
    case SYS_vm_map:
        return map(begin, slot, w);
    case SYS_frame_clear:
        CHECK(slot == BOOT_SLOT_MEMORY);
        take_frame(w[0], FREE, FILLED);
        return LINE("clear");
    case SYS_frame_copy:
        CHECK(slot == BOOT_SLOT_MEMORY);
        return fill(begin, w);
    case SYS_task_create:
        CHECK(slot == BOOT_SLOT_MEMORY);
        take_frame(w[0], FREE, USED);
        return LINE("task %s", slot_name(w[1]).text);
    case SYS_endpoint_create:
        return LINE("endpoint %s", slot_name(w[0]).text);
    case SYS_thread_create:
        return thread_create(begin, slot, w);
    case SYS_thread_write:
        return thread_write(begin, slot, w[0]);
    case SYS_thread_resume:
        return LINE("resume %s", slot_name(slot).text);
    case SYS_thread_stop:
        return stop(begin, slot);
    case SYS_thread_schedule:
        return LINE("schedule %s: %u %u", slot_name(slot).text, w[0], w[1]);
    case SYS_port_out:
        return port_out(begin, slot, w);
    case SYS_port_in:
        return port_in(begin, slot, w);
    case SYS_ipc_call:
        return ipc(begin, slot, w);
    default:
        CHECK(number == SYS_log_write);
        return log_write(slot, w[0]);
    }
}
