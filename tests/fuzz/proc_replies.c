#include "tests/fuzz/proc_replies.h"

#include <errno.h>
#include <string.h>

#include "libuser/ipc/ipc.h"
#include "servers/proc/lifecycle.h"
#include "servers/proto/file_format.h"
#include "servers/proto/proc.h"
#include "tests/fuzz/proc_files.h"
#include "tests/fuzz/proc_kernel.h"
#include "tests/fuzz/proc_mem.h"
#include "tests/host/check.h"

enum { LONGEST_SLEEP = 0x3fffffff };

struct asked asked;

/* ---------------------------------------------------------------------------------- statuses */

static const struct listed {
    uint32_t number;
    int status;
} listed[] = {
#define LISTED(number, error) {number, -error},
    PROC_CALL_ERRORS(LISTED)};

static bool is_listed(uint32_t number, int status)
{
    for (uint32_t i = 0; i < sizeof(listed) / sizeof(listed[0]); i++)
        if (listed[i].number == number && listed[i].status == status)
            return true;
    return status == 0;
}

/* The call failed because the kernel or mem refused something. */
static void check_refused(int status)
{
    CHECK(fake_refused && (status == -ENOMEM || status == -EAGAIN) && is_listed(asked.message.words.w[0], status));
}

static uint32_t results_of(uint32_t number)
{
    if (number == PROC_WAIT || number == PROC_ARGS)
        return 3;
    if (number == PROC_GET_LIMIT || number == PROC_GETPID)
        return 2;
    return number == PROC_SIGNALS || number == PROC_SLEEP || number == PROC_FORK || number == PROC_SPAWN ||
           number == PROC_UPTIME || number == PROC_BOOT_TIME;
}

/* The results of the call must be equal; of an error all words must. */
void reply_is(const struct reply *reply, struct words words)
{
    uint32_t count = 1 + (words.w[0] ? 3 : results_of(asked.message.words.w[0]));

    CHECK(reply && memcmp(&reply->words, &words, count * sizeof(uint32_t)) == 0);
}

static void check_status(const struct reply *reply, int status)
{
    CHECK(is_listed(asked.message.words.w[0], status));
    reply_is(reply, (struct words){{(uint32_t)status}});
}

/* ---------------------------------------------------------------------------------- arguments */

static bool data_is_short(uint32_t bytes)
{
    return bytes > (asked.message.tag & TAG_WORDS) * 4;
}

/* The arguments of an exec or spawn; false: EINVAL. */
static bool take_text(struct model_program *program, struct text *text)
{
    uint32_t bytes = asked.message.words.w[2];
    bool has_next = program->has_next;

    if (data_is_short(bytes))
        return false;
    if (bytes == 0) {
        *text = program->next;
        program->has_next = false;
    } else {
        memcpy(text->text, asked.data, bytes);
        text->bytes = bytes;
        text->was_put = false;
    }
    text->count = asked.message.words.w[1];
    return (bytes || has_next) && text_is_strings(text);
}

/* Once arguments that were put have been read completely, only the name is kept. */
static void text_is_read(struct text *text)
{
    if (!text->was_put)
        return;
    text->bytes = (uint32_t)strlen(text->text) + 1;
    text->count = 1;
    text->was_put = false;
}

static void check_args(struct model_program *program, const struct reply *reply)
{
    struct text *text = &program->text;
    uint32_t offset = asked.message.words.w[1];

    if (asked.sender == INIT || offset > text->bytes) {
        check_status(reply, -EINVAL);
        return;
    }
    uint32_t rest = text->bytes - offset, bytes = rest < IPC_DATA_MAX ? rest : IPC_DATA_MAX;
    reply_is(reply, (struct words){{0, text->count, text->bytes, bytes}});
    CHECK(reply->tag == (bytes + 3) / 4 && memcmp(reply->data, text->text + offset, bytes) == 0);
    if (bytes == rest)
        text_is_read(text);
}

static void check_args_put(struct model_program *program, const struct reply *reply)
{
    uint32_t offset = asked.message.words.w[1], bytes = asked.message.words.w[2];
    bool is_long = offset > ARGUMENTS_MAX || bytes > ARGUMENTS_MAX - offset;

    if (data_is_short(bytes)) {
        check_status(reply, -EINVAL);
        return;
    }
    if (is_long || (asked.expected.has_no_block && (int)reply->words.w[0] == -E2BIG)) {
        program->has_next = false;
        check_status(reply, -E2BIG);
        return;
    }
    if (offset == 0) {
        program->has_next = bytes != 0;
        program->next.count = program->next.bytes = 0;
        program->next.was_put = true;
    }
    if (offset && (!program->has_next || program->next.bytes != offset)) {
        check_status(reply, -EINVAL);
        return;
    }
    check_status(reply, 0);
    memcpy(program->next.text + offset, asked.data, bytes);
    program->next.bytes += bytes;
}

/* ---------------------------------------------------------------------------------- life */

static void check_born(const struct reply *reply, const struct text *text)
{
    int status = (int)reply->words.w[0];

    CHECK(status || !asked.expected.is_full);
    if (status) {
        check_status(reply, status);
        if (!asked.expected.is_full || status != -EAGAIN)
            check_refused(status);
        return;
    }
    program_begins(asked.sender, reply->words.w[1], text);
    reply_is(reply, (struct words){{0, reply->words.w[1]}});
}

static void check_fork(struct model_program *program, const struct reply *reply)
{
    if (asked.sender == INIT) {
        check_status(reply, -EPERM);
    } else if (reply) {
        check_born(reply, &program->text);
    } else {
        CHECK(fake_in_parts && !asked.expected.is_full);
        program->waits = FORKS;
        program->refusals = asked.refusals;
    }
}

/* M5. The kernel or mem may have refused something in any of its steps. */
void reply_check_late_fork(struct model_program *program, const struct reply *reply)
{
    int status = (int)reply->words.w[0];

    program->waits = RUNS;
    if (!status) {
        program_begins(program_number_of(program), reply->words.w[1], &program->text);
        return;
    }
    CHECK((status == -ENOMEM || status == -EAGAIN) && fake_refusals != program->refusals);
    CHECK(!reply->words.w[1] && !reply->words.w[2] && !reply->words.w[3]);
}

/* For an exec the file server checks the path first. */
static int status_of_text(const struct text *text)
{
    if (asked.message.words.w[0] == PROC_EXEC && strlen(text->text) >= FILE_DATA_MAX)
        return -ENAMETOOLONG;
    return fake_path_refused ? -EACCES : text_status(text);
}

/* True if the arguments are right, and the call continues. */
static bool check_text(const struct reply *reply, struct model_program *program, struct text *text)
{
    int status = take_text(program, text) ? status_of_text(text) : -EINVAL;

    if (status)
        check_status(reply, status);
    return !status;
}

static void check_spawn(struct model_program *program, const struct reply *reply)
{
    static struct text text;

    if (asked.sender != INIT)
        check_status(reply, -EPERM);
    else if (check_text(reply, program, &text))
        check_born(reply, &text);
}

/* The call has no reply yet. Its process is already the second program, though only the arguments are known. */
static void check_exec_continues(struct model_program *program, const struct text *text)
{
    CHECK(fake_in_parts || fake_refused_late || text_is_wide(text));
    program->reads = false;
    program->text = *text;
    program->waits = EXECS;
    if (fake_refused_late) {
        CHECK(fake_logged);
        program_ends(program, 0, SIGNAL_KILL);
    }
}

static void check_exec(struct model_program *program, const struct reply *reply)
{
    static struct text text;

    if (asked.sender == INIT) {
        check_status(reply, -EPERM);
    } else if (check_text(reply, program, &text)) {
        if (!reply) {
            check_exec_continues(program, &text);
            return;
        }
        check_status(reply, (int)reply->words.w[0]);
        CHECK(reply->words.w[0] || !text_is_large(&text)); /* it was refused before the old program was gone */
        if (reply->words.w[0])
            check_refused((int)reply->words.w[0]);
        else
            program->reads = program->forgets = false, program->text = text;
        CHECK(!fake_refused_late);
    }
}

static void check_exit(struct model_program *program, const struct reply *reply)
{
    if (asked.sender == INIT) {
        check_status(reply, -EPERM);
        return;
    }
    CHECK(!reply);
    program_ends(program, asked.message.words.w[1], 0);
}

enum { NO_HANG = 1, PEEK = 2, OF_GROUP = 4 };

/* Init has no group: it waits for any child. */
static struct awaited awaited_of(const struct model_program *program, int32_t wanted, uint32_t options)
{
    if (options & OF_GROUP)
        return (struct awaited){.group = (uint32_t)wanted};
    if (wanted == 0)
        return (struct awaited){.group = program->group};
    return wanted > 0 ? (struct awaited){.pid = (uint32_t)wanted}
                      : (struct awaited){.group = wanted < -1 ? 0 - (uint32_t)wanted : 0};
}

static void check_wait(struct model_program *program, const struct reply *reply)
{
    uint32_t options = asked.message.words.w[2];
    struct awaited awaited = awaited_of(program, (int32_t)asked.message.words.w[1], options);
    bool has_ended = program_child_of(asked.sender, ENDED, awaited);
    bool has_live = program_child_of(asked.sender, LIVE, awaited) || program_child_of(asked.sender, ENDS, awaited);

    if (options > (NO_HANG | PEEK | OF_GROUP)) {
        check_status(reply, -EINVAL);
    } else if (!has_ended && !has_live) {
        check_status(reply, -ECHILD);
    } else if (has_ended) {
        struct model_program *child = program_by_pid(reply->words.w[1]);
        CHECK(child && child->state == ENDED && program_is_child(child, asked.sender, awaited));
        reply_is(reply, (struct words){{0, child->pid, child->code, child->signal}});
        child->state = options & PEEK ? ENDED : FREE;
    } else if (options & NO_HANG) {
        check_status(reply, 0);
    } else {
        CHECK(!reply);
        program->waits = WAITS;
        program->awaited = awaited;
        program->peeks = options & PEEK;
    }
}

/* Whether the signal ends a process that does not block it. */
static bool is_fatal(const struct model_program *program, uint32_t signal)
{
    enum { USUALLY_IGNORED = 1 << 16 | 1 << 17 | 1 << 22 | 1 << 27, STOPS = 15 << 18 };

    return signal && !((program->ignored | USUALLY_IGNORED | STOPS) & 1u << (signal - 1));
}

/* The first pending signal that ends the process does so; the others are forgotten. */
static void check_signals(struct model_program *program, const struct reply *reply)
{
    enum { POSSIBLE = 0x7fffffff & ~(1 << 8 | 1 << 18) };

    if (asked.sender == INIT) {
        check_status(reply, -EPERM);
        return;
    }
    program->forgets = asked.message.words.w[2] & 1u << 31;
    program->ignored = asked.message.words.w[2] & POSSIBLE;
    program->blocked = asked.message.words.w[3] & POSSIBLE;
    program->pending &= ~program->ignored;
    for (uint32_t signal = 1; signal < 32; signal++)
        if (program->pending & ~program->blocked & 1u << (signal - 1) && is_fatal(program, signal)) {
            CHECK(!reply);
            program_ends(program, 0, signal);
            return;
        }
    program->pending &= program->blocked;
    reply_is(reply, (struct words){{0, 0}});
}

static void check_kill(struct model_program *program, const struct reply *reply)
{
    struct model_program *victim = program_by_pid(asked.message.words.w[1]);
    uint32_t signal = asked.message.words.w[2];
    uint32_t bit = signal && signal < 32 ? 1u << (signal - 1) : 0,
             kept = victim ? victim->ignored | victim->blocked : 0;

    if (!victim) {
        check_status(reply, -ESRCH);
    } else if (signal > 31 || (signal >= 19 && signal <= 22 && !(kept & bit))) {
        check_status(reply, -EINVAL);
    } else if (!program_is_below(victim, program)) {
        check_status(reply, -EPERM);
    } else {
        bool ends = is_fatal(victim, signal) && !(victim->blocked & bit) && victim->state == LIVE;
        victim->pending |= victim->blocked & bit;
        if (ends && victim == program)
            CHECK(!reply);
        else
            check_status(reply, 0);
        if (ends)
            program_ends(victim, 0, signal);
    }
}

static void check_sleep(struct model_program *program, const struct reply *reply)
{
    uint32_t ticks = asked.message.words.w[1];

    if (ticks == 0) {
        check_status(reply, 0);
        return;
    }
    CHECK(!reply);
    program->waits = SLEEPS;
    program->wake = model_ticks + (ticks < LONGEST_SLEEP ? ticks : LONGEST_SLEEP);
}

/* The log is told of only so many for each process. */
static void check_missing(struct model_program *program, const struct reply *reply)
{
    enum { MOST = 8 };

    CHECK(fake_logged == (asked.sender != INIT && program->missing < MOST));
    program->missing += fake_logged;
    check_status(reply, asked.sender == INIT ? -EPERM : 0);
}

/* The clock is read only once. */
static void read_clock(void)
{
    if (!model_booted)
        model_booted = FAKE_CLOCK - (uint32_t)model_ticks / TICKS_PER_SECOND;
}

static void check_files(struct model_program *program, const struct reply *reply)
{
    int status = (int)reply->words.w[0];

    if (asked.sender == INIT || program->has_files) {
        check_status(reply, asked.sender == INIT ? -EPERM : 0);
        return;
    }
    read_clock();
    check_status(reply, status);
    if (status)
        check_refused(status);
    program->has_files = !status;
}

/* A process that lowers its limit is known to the file server from then on, even if there is no share for it. */
static void check_set_limit(struct model_program *program, const struct reply *reply)
{
    int status = (int)reply->words.w[0], expected = asked.sender == INIT ? -EPERM : asked.expected.status;

    if (expected || asked.message.words.w[1] == asked.expected.limit) {
        check_status(reply, expected);
        if (!expected)
            read_clock();
        return;
    }
    read_clock();
    program->has_files = files_knows(program->badge);
    check_status(reply, status);
    if (status)
        check_refused(status);
}

static void check_boot_time(const struct reply *reply)
{
    read_clock();
    reply_is(reply, (struct words){{0, model_booted}});
}

void reply_check(struct model_program *program, const struct reply *reply)
{
    switch (asked.message.words.w[0]) {
    case PROC_FORK:
        check_fork(program, reply);
        break;
    case PROC_EXIT:
        check_exit(program, reply);
        break;
    case PROC_WAIT:
        check_wait(program, reply);
        break;
    case PROC_KILL:
        check_kill(program, reply);
        break;
    case PROC_SLEEP:
        check_sleep(program, reply);
        break;
    case PROC_SIGNALS:
        check_signals(program, reply);
        break;
    case PROC_GET_LIMIT:
        reply_is(reply, (struct words){{0, asked.expected.limit, asked.expected.used}});
        break;
    case PROC_SET_LIMIT:
        check_set_limit(program, reply);
        break;
    case PROC_GETPID:
        reply_is(reply,
                 (struct words){{0, program->pid, program->parent == NOBODY ? 0 : programs[program->parent].pid}});
        break;
    case PROC_UPTIME:
        reply_is(reply, (struct words){{0, (uint32_t)model_ticks}});
        break;
    case PROC_MISSING:
        check_missing(program, reply);
        break;
    case PROC_BOOT_TIME:
        check_boot_time(reply);
        break;
    case PROC_FILES:
        check_files(program, reply);
        break;
    case PROC_EXEC:
        check_exec(program, reply);
        break;
    case PROC_ARGS:
        check_args(program, reply);
        break;
    case PROC_ARGS_PUT:
        check_args_put(program, reply);
        break;
    case PROC_SPAWN:
        check_spawn(program, reply);
        break;
    default:
        reply_is(reply, (struct words){{(uint32_t)-ENOSYS}});
    }
}
