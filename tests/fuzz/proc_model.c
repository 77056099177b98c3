#include "tests/fuzz/proc_model.h"

#include <string.h>

#include "libuser/ipc/ipc.h"
#include "libuser/libc/errno.h"
#include "servers/clients.h"
#include "servers/proc/life.h"
#include "servers/proto/proc.h"
#include "tests/fuzz/proc_kernel.h"
#include "tests/fuzz/proc_texts.h"
#include "tests/host/check.h"

enum { ANSWERS_MAX = PROGRAMS + 1, FAULTED_MAX = 4, BADGES_MAX = 1 << 12, LONGEST_SLEEP = 0x3fffffff };

struct answer {
    uint32_t caller, tag;
    struct words words;
    char data[IPC_DATA_MAX];
};

uint64_t model_ticks;

static struct answer got[ANSWERS_MAX], due[ANSWERS_MAX];
static uint32_t got_count, due_count, last_pid;

static struct limit_expected expected;
static uint32_t sender;
static struct server_message asked;
static char asked_data[IPC_DATA_MAX];
static struct {
    uint32_t program, signal;
} faulted[FAULTED_MAX];
static uint32_t faulted_count;
static uint32_t badges[BADGES_MAX], badges_count; /* that there ever were */

/* ---------------------------------------------------------------------------------- programs */

static void owe(uint32_t caller, struct words words)
{
    due[due_count++] = (struct answer){.caller = caller, .words = words};
}

static void tell_parent(struct program *program)
{
    struct program *parent = &programs[program->parent];

    if (parent->waits != WAITS || (parent->awaited && parent->awaited != program->pid))
        return;
    owe(program->parent, (struct words){{0, program->pid, program->code, program->signal}});
    parent->waits = RUNS;
    program->state = FREE;
}

static void end(struct program *program, uint32_t code, uint32_t signal)
{
    uint32_t number = program_number_of(program);

    for (uint32_t i = 1; i < PROGRAMS; i++)
        if (programs[i].state != FREE && programs[i].parent == number) {
            programs[i].parent = program->parent;
            programs[i].is_adopted = true;
            programs[i].state = programs[i].state == ENDED ? FREE : LIVE;
        }
    program->state = program->is_adopted ? FREE : ENDED;
    program->waits = RUNS;
    program->code = code;
    program->signal = signal;
    program->has_next = false;
    server_caller_dies(number);
    if (program->state == ENDED)
        tell_parent(program);
}

static void begin(uint32_t parent, uint32_t pid, const struct text *text)
{
    uint32_t number = model_find(FREE, RUNS, 1);

    CHECK(number < PROGRAMS && pid > last_pid && pid <= 0x7fffffff);
    last_pid = pid;
    struct program *program = &programs[number];
    *program = (struct program){.state = LIVE, .pid = pid, .parent = parent, .space = programs_new_space()};
    program->badge = fake_bodies[program->space].badge;
    program->text = *text;
    program->reads = programs[parent].reads;
    for (uint32_t i = 0; i < badges_count; i++)
        CHECK(badges[i] != program->badge); /* M4 */
    CHECK(badges_count < BADGES_MAX);
    badges[badges_count++] = program->badge;
}

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

/* Something was refused, so that the call may fail. */
static void check_refused(int status)
{
    CHECK(fake_refused && (status == -ENOMEM || status == -EAGAIN) && is_listed(asked.words.w[0], status));
}

static uint32_t results_of(uint32_t number)
{
    if (number == PROC_WAIT || number == PROC_ARGS)
        return 3;
    if (number == PROC_GET_LIMIT)
        return 2;
    return number == PROC_FORK || number == PROC_SPAWN || number == PROC_GETPID || number == PROC_UPTIME;
}

/* What of an answer is no result of the call may be anything; of an error all is. */
static void check_words(const struct answer *answer, struct words words)
{
    uint32_t count = 1 + (words.w[0] ? 3 : results_of(asked.words.w[0]));

    CHECK(answer && memcmp(&answer->words, &words, count * sizeof(uint32_t)) == 0);
}

static void check_status(const struct answer *answer, int status)
{
    CHECK(is_listed(asked.words.w[0], status));
    check_words(answer, (struct words){{(uint32_t)status}});
}

/* ---------------------------------------------------------------------------------- arguments */

static bool data_is_short(uint32_t bytes)
{
    return bytes > (asked.tag & TAG_WORDS) * 4;
}

/* Those of an exec or spawn; false: EINVAL. */
static bool take_text(struct program *program, struct text *text)
{
    uint32_t bytes = asked.words.w[2];
    bool has_next = program->has_next;

    if (data_is_short(bytes))
        return false;
    if (bytes == 0) {
        *text = program->next;
        program->has_next = false;
    } else {
        memcpy(text->text, asked_data, bytes);
        text->bytes = bytes;
    }
    text->count = asked.words.w[1];
    return (bytes || has_next) && text_is_strings(text);
}

static void check_args(struct program *program, const struct answer *answer)
{
    const struct text *text = &program->text;
    uint32_t offset = asked.words.w[1];

    if (sender == INIT || offset > text->bytes) {
        check_status(answer, -EINVAL);
        return;
    }
    uint32_t rest = text->bytes - offset, bytes = rest < IPC_DATA_MAX ? rest : IPC_DATA_MAX;
    check_words(answer, (struct words){{0, text->count, text->bytes, bytes}});
    CHECK(answer->tag == (bytes + 3) / 4 && memcmp(answer->data, text->text + offset, bytes) == 0);
}

static void check_args_put(struct program *program, const struct answer *answer)
{
    uint32_t offset = asked.words.w[1], bytes = asked.words.w[2];
    bool is_long = offset > TEXT_MAX || bytes > TEXT_MAX - offset;

    if (data_is_short(bytes) || is_long) {
        check_status(answer, data_is_short(bytes) ? -EINVAL : -E2BIG);
        return;
    }
    if (offset == 0) {
        program->has_next = (int)answer->words.w[0] != -E2BIG || !expected.has_no_block;
        program->next = (struct text){0};
    }
    if (!program->has_next || program->next.bytes != offset) {
        check_status(answer, offset ? -EINVAL : -E2BIG);
        return;
    }
    check_status(answer, 0);
    memcpy(program->next.text + offset, asked_data, bytes);
    program->next.bytes += bytes;
}

/* ---------------------------------------------------------------------------------- life */

static void check_born(const struct answer *answer, const struct text *text)
{
    int status = (int)answer->words.w[0];

    CHECK(status || !expected.is_full);
    if (status) {
        check_status(answer, status);
        if (!expected.is_full || status != -EAGAIN)
            check_refused(status);
        return;
    }
    begin(sender, answer->words.w[1], text);
    check_words(answer, (struct words){{0, last_pid}});
}

static void check_fork(struct program *program, const struct answer *answer)
{
    if (sender == INIT)
        check_status(answer, -EPERM);
    else
        check_born(answer, &program->text);
}

/* True: the call has to go on; else it was refused for its arguments. */
static bool check_text(const struct answer *answer, struct program *program, struct text *text)
{
    int status = take_text(program, text) ? text_status(text) : -EINVAL;

    if (status)
        check_status(answer, status);
    return !status;
}

static void check_spawn(struct program *program, const struct answer *answer)
{
    static struct text text;

    if (sender != INIT)
        check_status(answer, -EPERM);
    else if (check_text(answer, program, &text))
        check_born(answer, &text);
}

static void check_exec(struct program *program, const struct answer *answer)
{
    static struct text text;

    if (sender == INIT) {
        check_status(answer, -EPERM);
    } else if (check_text(answer, program, &text)) {
        if (!answer) {
            CHECK(fake_refused_late && fake_logged);
            end(program, 0, SIGNAL_KILL);
            return;
        }
        check_status(answer, (int)answer->words.w[0]);
        CHECK(answer->words.w[0] || !text_is_large(&text)); /* before the old program is gone */
        if (answer->words.w[0])
            check_refused((int)answer->words.w[0]);
        else
            program->reads = false, program->text = text;
        CHECK(!fake_refused_late);
    }
}

static void check_exit(struct program *program, const struct answer *answer)
{
    if (sender == INIT) {
        check_status(answer, -EPERM);
        return;
    }
    CHECK(!answer);
    end(program, asked.words.w[1], 0);
}

static void check_wait(struct program *program, const struct answer *answer)
{
    uint32_t options = asked.words.w[2];
    int32_t wanted = (int32_t)asked.words.w[1];
    uint32_t pid = wanted > 0 ? asked.words.w[1] : 0;
    bool has_ended = program_child_of(sender, ENDED, pid), has_live = program_child_of(sender, LIVE, pid);

    if (options > 1) {
        check_status(answer, -EINVAL);
    } else if (wanted < -1 || (!has_ended && !has_live)) {
        check_status(answer, -ECHILD);
    } else if (has_ended) {
        struct program *child = program_by_pid(answer->words.w[1]);
        CHECK(child && child->state == ENDED && program_is_child(child, sender, pid));
        check_words(answer, (struct words){{0, child->pid, child->code, child->signal}});
        child->state = FREE;
    } else if (options) {
        check_status(answer, 0);
    } else {
        CHECK(!answer);
        program->waits = WAITS;
        program->awaited = pid;
    }
}

static void check_kill(struct program *program, const struct answer *answer)
{
    struct program *victim = program_by_pid(asked.words.w[1]);
    uint32_t signal = asked.words.w[2];
    bool is_ignored = !signal || signal == 17 || signal == 18 || signal == 23 || signal == 28;

    if (signal > 31 || (signal >= 19 && signal <= 22)) {
        check_status(answer, -EINVAL);
    } else if (!victim) {
        check_status(answer, -ESRCH);
    } else if (!program_is_below(victim, program)) {
        check_status(answer, -EPERM);
    } else {
        bool ends = !is_ignored && victim->state == LIVE;
        if (ends && victim == program)
            CHECK(!answer);
        else
            check_status(answer, 0);
        if (ends)
            end(victim, 0, signal);
    }
}

static void check_sleep(struct program *program, const struct answer *answer)
{
    uint32_t ticks = asked.words.w[1];

    if (ticks == 0) {
        check_status(answer, 0);
        return;
    }
    CHECK(!answer);
    program->waits = SLEEPS;
    program->wake = model_ticks + (ticks < LONGEST_SLEEP ? ticks : LONGEST_SLEEP);
}

static void check_call(struct program *program, const struct answer *answer)
{
    switch (asked.words.w[0]) {
    case PROC_FORK:
        check_fork(program, answer);
        break;
    case PROC_EXIT:
        check_exit(program, answer);
        break;
    case PROC_WAIT:
        check_wait(program, answer);
        break;
    case PROC_KILL:
        check_kill(program, answer);
        break;
    case PROC_SLEEP:
        check_sleep(program, answer);
        break;
    case PROC_GET_LIMIT:
        check_words(answer, (struct words){{0, expected.limit, expected.used}});
        break;
    case PROC_SET_LIMIT:
        check_status(answer, sender == INIT ? -EPERM : expected.status);
        break;
    case PROC_GETPID:
        check_words(answer, (struct words){{0, program->pid}});
        break;
    case PROC_UPTIME:
        check_words(answer, (struct words){{0, (uint32_t)model_ticks}});
        break;
    case PROC_EXEC:
        check_exec(program, answer);
        break;
    case PROC_ARGS:
        check_args(program, answer);
        break;
    case PROC_ARGS_PUT:
        check_args_put(program, answer);
        break;
    case PROC_SPAWN:
        check_spawn(program, answer);
        break;
    default:
        check_words(answer, (struct words){{(uint32_t)-ENOSYS}});
    }
}

/* ---------------------------------------------------------------------------------- signals */

static struct program *next_to_wake(void)
{
    struct program *found = NULL;

    for (uint32_t i = 0; i < PROGRAMS; i++) {
        struct program *program = &programs[i];
        bool is_due = program->state == LIVE && program->waits == SLEEPS && program->wake <= model_ticks;
        if (is_due && (!found || program->wake < found->wake ||
                       (program->wake == found->wake && program->pid < found->pid)))
            found = program;
    }
    return found;
}

static void signalled(uint32_t bits)
{
    struct program *program;

    while (bits & PROC_SIGNAL_TICK && (program = next_to_wake())) {
        program->waits = RUNS;
        owe(program_number_of(program), (struct words){{0}});
    }
    for (uint32_t i = 0; bits & PROC_SIGNAL_CASUALTY && i < faulted_count; i++)
        if (programs[faulted[i].program].state == LIVE)
            end(&programs[faulted[i].program], 0, faulted[i].signal);
    faulted_count = 0;
}

void model_faulted(uint32_t program, uint32_t signal)
{
    CHECK(faulted_count < FAULTED_MAX);
    faulted[faulted_count].program = program;
    faulted[faulted_count++].signal = signal;
}

/* ---------------------------------------------------------------------------------- a message */

void model_ask(uint32_t from, const struct server_message *message)
{
    sender = from;
    expected = limit_expect(from, message->words.w[1]);
    asked = *message;
    memcpy(asked_data, message_page->words, sizeof(asked_data));
}

err_t model_answered(uint32_t caller, const struct words *words, uint32_t tag)
{
    CHECK(got_count < ANSWERS_MAX);
    got[got_count] = (struct answer){.caller = caller, .tag = tag, .words = *words};
    memcpy(got[got_count++].data, message_page->words, IPC_DATA_MAX);
    return OK;
}

/* The sender's own answer, taken out; the others are late ones. */
static const struct answer *take_direct(void)
{
    static struct answer direct;

    if ((asked.tag & TAG_KIND) != TAG_CALL)
        return NULL;
    for (uint32_t i = 0; i < got_count; i++)
        if (got[i].caller == sender) {
            direct = got[i];
            memmove(&got[i], &got[i + 1], (got_count - i - 1) * sizeof(got[0]));
            got_count--;
            return &direct;
        }
    return NULL;
}

/* One that waits, or has ended, is not heard. */
static void check_unheard(const struct answer *answer)
{
    bool known = asked.words.w[0] < PROC_CALLS_END && proc_call_names[asked.words.w[0]];

    check_words(answer, (struct words){{(uint32_t)(known ? -EAGAIN : -ENOSYS)}});
}

void model_settle(void)
{
    const struct answer *answer = take_direct();

    if ((asked.tag & TAG_KIND) == TAG_SIGNAL)
        signalled(asked.words.w[0]);
    else if ((asked.tag & TAG_KIND) == TAG_CALL && sender == STRANGER)
        check_unheard(answer);
    else if ((asked.tag & TAG_KIND) == TAG_CALL)
        check_call(&programs[sender], answer);
    CHECK(got_count == due_count);
    for (uint32_t i = 0; i < due_count; i++) {
        CHECK(got[i].caller == due[i].caller && got[i].tag == 0);
        CHECK(memcmp(&got[i].words, &due[i].words, sizeof(struct words)) == 0);
    }
    got_count = due_count = 0;
    asked.tag = TAG_FAULT; /* nothing, until somebody asks */
}

void model_begin(void)
{
    memset(programs, 0, sizeof(programs));
    programs[INIT] = (struct program){.state = LIVE, .parent = NOBODY};
    got_count = due_count = faulted_count = badges_count = last_pid = 0;
    asked.tag = TAG_FAULT;
}
