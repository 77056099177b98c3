/*
 * The whole process server. The bytes of an input choose the calls and their callers (init, programs, programs that
 * have ended), ticks, faults and what the kernel and mem refuse. Each reply is compared with a naive model,
 * tests/fuzz/proc_model.h.
 *
 * fuzz: runs=1200
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/proc/ servers/lib/archive.c servers/lib/elf_image.c servers/lib/fault.c
 * sources: libuser/string/format.c servers/lib/log.c servers/lib/account.c tests/server/state_end.c
 * sources: tests/server/server_run.c tests/fuzz/proc_kernel.c tests/fuzz/proc_mem.c tests/fuzz/proc_model.c
 * sources: tests/fuzz/fake_archive.c tests/server/program_file.c tests/fuzz/proc_replies.c tests/fuzz/proc_texts.c
 * sources: tests/fuzz/proc_programs.c tests/fuzz/proc_foreground.c tests/fuzz/proc_files.c tests/fuzz/bytes.c
 */
#include <string.h>

#include "libuser/ipc/ipc.h"
#include "servers/lib/fault.h"
#include "servers/proc/arguments.h"
#include "servers/proc/lifecycle.h"
#include "servers/proto/proc.h"
#include "servers/proto/slots.h"
#include "tests/fuzz/bytes.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/proc_foreground.h"
#include "tests/fuzz/proc_kernel.h"
#include "tests/fuzz/proc_mem.h"
#include "tests/host/check.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { FIRST_TICK = 0xfffff000 /* so that the ticks wrap */, WOKEN_MAX = 32 };

static bool is_over;                        /* nothing is left to send */
static uint32_t refuse_one_in, part_one_in; /* after proc has started */

/* ---------------------------------------------------------------------------------- words */

/* Often the number of a process, and often of one in the middle of a fork or exec. */
static uint32_t any_pid(void)
{
    uint32_t busy = model_find(LIVE, random_below(2) ? FORKS : EXECS, 1),
             runs = model_find(LIVE, RUNS, random_below(PROGRAMS));

    if (busy < PROGRAMS && random_below(2))
        return programs[busy].pid;
    switch (random_below(8)) {
    case 0:
        return 0;
    case 1:
        return 0u - random_below(4);
    case 2:
        return random_below(64);
    case 3:
        return bytes_word();
    default:
        return programs[runs < PROGRAMS && random_below(2) ? runs : random_below(PROGRAMS)].pid;
    }
}

static uint32_t any_signal(void)
{
    return random_below(8) ? random_below(40) : bytes_word();
}

static uint32_t any_ticks(void)
{
    return random_below(8) ? random_below(6) : bytes_word();
}

static uint32_t any_word(void)
{
    return random_below(2) ? random_below(300) : bytes_word();
}

static uint32_t put_string(char *to, const char *string)
{
    uint32_t bytes = (uint32_t)strlen(string) + 1;

    memcpy(to, string, bytes);
    return bytes;
}

/* A program's name and perhaps more, in the page. Words 1 and 2 mostly describe it correctly. */
static struct words any_text(uint32_t number)
{
    static const char *const names[] = {"good",  "good",   "wide", "foreign", "/a/good",
                                        "large", "broken", "none", "",        "good/"};
    char text[IPC_DATA_MAX] = {0};
    uint32_t count = 1 + random_below(4), bytes = put_string(text, names[random_below(COUNT(names))]);

    for (uint32_t i = 1; i < count; i++)
        bytes += put_string(text + bytes, i % 2 ? "argument" : "");
    memcpy(message_page->words, text, sizeof(text));
    if (random_below(8) == 0)
        count = any_word();
    if (random_below(4) == 0)
        bytes = random_below(2) ? 0 : any_word();
    return (struct words){{number, count, bytes, 0}};
}

/* Mostly where the last read ended. */
static uint32_t any_offset(const struct model_program *program)
{
    switch (random_below(8)) {
    case 0:
        return 0;
    case 1:
        return any_word();
    case 2:
        return ARGUMENTS_MAX - random_below(IPC_DATA_MAX);
    default:
        return program->has_next && program->next.bytes <= TEXT_MAX - IPC_DATA_MAX ? program->next.bytes : 0;
    }
}

static struct words any_put(const struct model_program *program)
{
    uint32_t offset = any_offset(program);

    any_text(0);
    if (random_below(4) == 0)
        memset(message_page->words, (int)random_below(2), IPC_DATA_MAX);
    return (struct words){{PROC_ARGS_PUT, offset, random_below(4) ? random_below(257) : any_word(), 0}};
}

static struct words words_of(const struct model_program *program, uint32_t number)
{
    switch (number) {
    case PROC_WAIT:
        return (struct words){{number, any_pid(),
                               random_below(8)   ? random_below(2)
                               : random_below(4) ? random_below(8)
                                                 : any_word(),
                               0}};
    case PROC_KILL:
        return (struct words){{number, any_pid(), any_signal(), 0}};
    case PROC_SIGNALS: /* caught signals are covered by test_proc_signals.c */
        return (struct words){{number, 0, bytes_word(), random_below(2) ? bytes_word() : 0}};
    case PROC_SLEEP:
        return (struct words){{number, any_ticks(), 0, 0}};
    case PROC_EXEC:
    case PROC_SPAWN:
        return any_text(number);
    case PROC_ARGS_PUT:
        return any_put(program);
    case PROC_SET_LIMIT:
        return (struct words){{number, random_below(6) ? random_below(12) : any_word(), 0, 0}};
    default:
        return (struct words){{number, any_word(), any_word(), any_word()}};
    }
}

static uint32_t any_number(uint32_t sender)
{
    static const uint8_t often[] = {PROC_FORK,  PROC_FORK,    PROC_FORK,     PROC_WAIT,     PROC_WAIT,
                                    PROC_KILL,  PROC_EXIT,    PROC_EXEC,     PROC_EXEC,     PROC_SLEEP,
                                    PROC_FILES, PROC_SIGNALS, PROC_ARGS_PUT, PROC_SET_LIMIT};

    if (sender == INIT && random_below(4)) /* which can kill all others */
        return random_below(3) ? PROC_SPAWN : PROC_KILL;
    if (random_below(16) == 0)
        return any_word();
    return random_below(2) ? often[random_below(COUNT(often))] : random_below(PROC_CALLS_END + 1);
}

/* ---------------------------------------------------------------------------------- messages */

/* Calls of a process that catches signals, waits elsewhere, is listed, or is not in the group it began with. */
static bool is_beyond_the_model(uint32_t number)
{
    return number == PROC_SIGNAL_TAKE || number == PROC_INTERRUPTED || number == PROC_ALARM ||
           number == PROC_ALARM_LEFT || number == PROC_KEYS || number == PROC_LIST || number == PROC_AUDIT ||
           number == PROC_QUEUE || (number >= PROC_SIGNAL_AWAIT && number <= PROC_BEGIN_SESSION) ||
           (number >= PROC_FUTEX_WATCH && number <= PROC_FUTEX_REQUEUE) || number == PROC_POLL_WATCH ||
           number == PROC_WATCH_END;
}

static void call(uint32_t sender, uint32_t badge, struct server_message *message)
{
    const struct model_program *program = &programs[sender == STRANGER ? INIT : sender];

    message->badge = badge;
    message->caller = sender;
    message->words = words_of(program, any_number(sender));
    message->tag = random_below(8) ? IPC_PAGE_WORDS : random_below(IPC_PAGE_WORDS + 1);
    if (message->words.w[0] == PROC_FORK && !model_has_room())
        message->words.w[0] = PROC_GETPID; /* more processes than the model can keep */
    if (message->words.w[0] == PROC_SPAWN && !model_has_room())
        message->words.w[0] = PROC_UPTIME;
    if (message->words.w[0] == PROC_SLEEP && programs_waiting(SLEEPS) == WOKEN_MAX - 1)
        message->words.w[0] = PROC_UPTIME; /* more would take steps, covered by test_proc_ends.c */
    if (is_beyond_the_model(message->words.w[0]))
        message->words.w[0] = PROC_GETPID; /* covered by test_proc_signals.c and test_proc_family.c */
    model_ask(sender, message);
}

static void tick(struct server_message *message)
{
    uint32_t more = random_below(8) ? 1 + random_below(3) : random_below(1 << 16);

    model_ticks += more;
    fake_ticks = (uint32_t)model_ticks;
    *message = (struct server_message){.tag = TAG_SIGNAL, .words = {{PROC_SIGNAL_TICK}}};
    model_ask(STRANGER, message);
}

static uint32_t signal_of(uint32_t vector, bool no_memory)
{
    if (no_memory)
        return SIGNAL_KILL;
    if (vector == VECTOR_DIVIDE_ERROR || vector == VECTOR_FPU_ERROR || vector == VECTOR_SIMD_ERROR)
        return SIGNAL_FPE;
    if (vector == VECTOR_DEBUG || vector == VECTOR_BREAKPOINT)
        return SIGNAL_TRAP;
    return vector == VECTOR_INVALID_OPCODE ? SIGNAL_ILL : SIGNAL_SEGV;
}

static void fault_one(uint32_t program)
{
    bool no_memory = random_below(4) == 0;
    uint32_t vector = no_memory ? VECTOR_PAGE_FAULT : random_below(20);

    fake_fatal_fault(programs[program].space, vector, no_memory);
    model_faulted(program, signal_of(vector, no_memory));
}

/* Another program may fault before mem reports this fault to proc. mem then reports the last one first. */
static void fault(uint32_t program, struct server_message *message)
{
    if (program < PROGRAMS)
        fault_one(program);
    program = model_find(LIVE, RUNS, 1 + random_below(PROGRAMS));
    if (!is_over && program < PROGRAMS && random_below(2))
        fault_one(program);
    *message = (struct server_message){.tag = TAG_SIGNAL, .words = {{PROC_SIGNAL_FATAL_FAULT}}};
    model_ask(STRANGER, message);
}

/* A call of the thread that drives long work. */
static void work(struct server_message *message)
{
    *message = (struct server_message){.badge = PROCESSES_MAX, .caller = WORKER};
    model_ask(WORKER, message);
}

/* A call with the badge of a process that waits, of one that is ending, or of one that has ended. */
static void call_stray(struct server_message *message)
{
    static const enum program_wait waits[] = {WAITS, SLEEPS, FORKS, EXECS};
    uint32_t from = random_below(PROGRAMS);
    uint32_t waiting =
        random_below(3) ? model_find(LIVE, waits[random_below(COUNT(waits))], from) : model_find(ENDS, RUNS, from);

    if (waiting < PROGRAMS)
        call(STRANGER, programs[waiting].badge, message);
    else
        call(STRANGER, (FAKE_TASKS * (1 + random_below(200)) + random_below(FAKE_TASKS)) | 0x40000000, message);
}

/* The reader: a program that runs, nobody, or one that has ended. */
static void somebody_reads(struct server_message *message)
{
    uint32_t from = random_below(PROGRAMS), reader = model_find(LIVE, RUNS, from ? from : 1);

    foreground_reads(random_below(8) ? reader < PROGRAMS ? programs[reader].badge : 0 : bytes_word() | 1u << 30,
                     message);
    model_ask(STRANGER, message);
}

static bool any_message(struct server_message *message)
{
    uint32_t sender = model_find(LIVE, RUNS, random_below(2) ? random_below(6) : 0);

    if (!server_owes(WORKER) && random_below(3) == 0) {
        work(message);
        return true;
    }
    switch (random_below(22)) {
    case 0:
        fault(model_find(LIVE, RUNS, 1 + random_below(4)), message);
        return true;
    case 1:
        call_stray(message);
        return true;
    case 2:
    case 3:
        tick(message);
        return true;
    case 4:
    case 5:
        somebody_reads(message);
        return true;
    default:
        if (sender < PROGRAMS)
            call(sender, programs[sender].badge, message);
        else
            tick(message); /* all wait */
        return true;
    }
}

/* ---------------------------------------------------------------------------------- the end */

/* Init collects every ended process that proc can still report to it. */
static bool collect(struct server_message *message)
{
    bool is_left = false;

    for (uint32_t i = 1; i < PROGRAMS; i++)
        is_left |= programs[i].state == ENDED;
    if (!is_left || programs[INIT].waits != RUNS)
        return false;
    message->words = (struct words){{PROC_WAIT, 0, 1, 0}};
    model_ask(INIT, message);
    return true;
}

static bool last_message(struct server_message *message)
{
    random_source = NULL;
    fake_refuse_one_in = 0;
    if (!server_owes(WORKER)) {
        work(message);
        return true;
    }
    for (uint32_t i = 1; i < PROGRAMS; i++)
        if (programs[i].state == LIVE) {
            fault(i, message);
            return true;
        }
    return collect(message);
}

static void check_end(void)
{
    for (uint32_t i = 1; i < PROGRAMS; i++)
        CHECK(programs[i].state == FREE || (programs[i].state == ENDED && programs[INIT].waits != RUNS));
    CHECK(arguments_used() == programs[INIT].has_next);
    proc_kernel_check_end();
}

static bool next(struct server_message *message)
{
    model_settle();
    foreground_settle();
    CHECK(process_audit() && proc_kernel_check() == programs_in(LIVE) + programs_in(ENDS));
    proc_kernel_next();
    fake_part_one_in = part_one_in;
    fake_refuse_one_in = refuse_one_in;
    is_over |= !bytes_are_left();
    bool is_asked = is_over ? last_message(message) : any_message(message);
    foreground_before(message);
    return is_asked;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct server_fake fake = {.call = proc_kernel_call, .next = next, .replied = model_replied};

    bytes_begin(data, size);
    fake.cpus = 1 + random_below(4);
    proc_kernel_begin(fake.cpus);
    model_begin();
    foreground_begin();
    is_over = false;
    fake_refuse_one_in = fake_part_one_in = 0;
    part_one_in = random_below(3) ? 2 + random_below(3) : 0;
    refuse_one_in = random_below(2) ? 0 : 8 + random_below(64);
    model_ticks = fake_ticks = FIRST_TICK;
    server_run_input(&fake, (struct words){{0, 0, FAKE_ARCHIVE_PAGES, 0}});
    check_end();
    return 0;
}
