#include "tests/fuzz/proc_replies.h"

#include <errno.h>
#include <string.h>

#include "libuser/ipc/ipc.h"
#include "servers/proc/lifecycle.h"
#include "servers/proto/proc.h"
#include "servers/proto/slots.h"
#include "tests/fuzz/proc_files.h"
#include "tests/fuzz/proc_kernel.h"
#include "tests/fuzz/proc_mem.h"
#include "tests/fuzz/proc_texts.h"
#include "tests/host/check.h"

enum { REPLIES_MAX = PROGRAMS + 1, NAMES_MAX = 1 << 12 };

uint64_t model_ticks;
uint32_t model_booted;

static struct reply got[REPLIES_MAX], due[REPLIES_MAX];
static uint32_t got_count, due_count;

static struct {
    uint32_t badge, pid;
} names[NAMES_MAX]; /* all that ever existed */
static uint32_t names_count;

/* ---------------------------------------------------------------------------------- programs */

static void owe(uint32_t caller, struct words words)
{
    due[due_count++] = (struct reply){.caller = caller, .words = words};
}

static void tell_parent(struct model_program *program)
{
    struct model_program *parent = &programs[program->parent];

    if (parent->waits != WAITS || !program_is_child(program, program->parent, parent->awaited))
        return;
    owe(program->parent, (struct words){{0, program->pid, program->code, program->signal}});
    parent->waits = RUNS;
    if (!parent->peeks)
        program->state = FREE;
}

/* A process that is forgotten ends. If its parent waits, it gets its reply when this was the last it could wait for. */
static void forget(struct model_program *program)
{
    struct model_program *parent = &programs[program->parent];
    bool is_awaited = parent->waits == WAITS && program_is_child(program, program->parent, parent->awaited);

    program->state = FREE;
    if (!is_awaited || program_child_of(program->parent, LIVE, parent->awaited) ||
        program_child_of(program->parent, ENDS, parent->awaited))
        return;
    owe(program->parent, (struct words){{(uint32_t)-ECHILD}});
    parent->waits = RUNS;
}

static bool forgets_children(const struct model_program *program)
{
    enum { CHILD = 1 << 16 };

    return program->forgets || program->ignored & CHILD;
}

/* For all others the process has ended, but it still has its number. */
void program_ends(struct model_program *program, uint32_t code, uint32_t signal)
{
    uint32_t number = program_number_of(program);

    for (uint32_t i = 1; i < PROGRAMS; i++)
        if (programs[i].state != FREE && programs[i].parent == number) {
            programs[i].parent = program->parent;
            programs[i].is_adopted = true;
            programs[i].state = programs[i].state == ENDED ? FREE : programs[i].state;
        }
    program->state = ENDS;
    program->waits = RUNS;
    program->code = code;
    program->signal = signal;
    program->has_next = false;
}

/* A process has ended completely when nothing of its task is left. */
static void ends_are_over(void)
{
    for (uint32_t i = 1; i < PROGRAMS; i++) {
        struct model_program *program = &programs[i];
        if (program->state != ENDS ||
            (fake_tasks[program->space].lives && fake_tasks[program->space].badge == program->badge))
            continue;
        server_caller_dies(i);
        if (!program->is_adopted && forgets_children(&programs[program->parent])) {
            forget(program);
            continue;
        }
        program->state = program->is_adopted ? FREE : ENDED;
        if (program->state == ENDED)
            tell_parent(program);
    }
}

void program_begins(uint32_t parent, uint32_t pid, const struct text *text)
{
    uint32_t number = model_find(FREE, RUNS, 1);

    CHECK(number < PROGRAMS && pid && pid <= 0x7fffffff);
    struct model_program *program = &programs[number];
    *program = (struct model_program){.state = LIVE, .pid = pid, .parent = parent, .space = programs_new_space()};
    program->badge = fake_tasks[program->space].badge;
    program->text = *text;
    program->reads = programs[parent].reads;
    program->has_files = programs[parent].has_files;
    program->ignored = programs[parent].ignored;
    program->blocked = programs[parent].blocked;
    program->forgets = programs[parent].forgets;
    program->group = parent == INIT ? pid : programs[parent].group;
    for (uint32_t i = 0; i < names_count; i++)
        CHECK(names[i].badge != program->badge && names[i].pid != pid); /* M4 */
    CHECK(names_count < NAMES_MAX);
    names[names_count].badge = program->badge;
    names[names_count++].pid = pid;
}

/* ---------------------------------------------------------------------------------- signals */

static struct model_program *next_to_wake(void)
{
    struct model_program *found = NULL;

    for (uint32_t i = 0; i < PROGRAMS; i++) {
        struct model_program *program = &programs[i];
        bool is_due = program->state == LIVE && program->waits == SLEEPS && program->wake <= model_ticks;
        if (is_due &&
            (!found || program->wake < found->wake || (program->wake == found->wake && program->pid < found->pid)))
            found = program;
    }
    return found;
}

static void signalled(uint32_t bits)
{
    struct model_program *program;

    while (bits & PROC_SIGNAL_TICK && (program = next_to_wake())) {
        program->waits = RUNS;
        owe(program_number_of(program), (struct words){{0}});
    }
}

void model_faulted(uint32_t program, uint32_t signal)
{
    programs[program].waits = FAULTED;
    programs[program].fault_signal = signal;
}

static struct model_program *program_in(uint32_t space, enum program_wait waits)
{
    for (uint32_t i = 1; i < PROGRAMS; i++)
        if (programs[i].state == LIVE && programs[i].space == space && programs[i].waits == waits)
            return &programs[i];
    return NULL;
}

/* mem reports a fault along with a signal or a step. */
static void take_reported_fault(void)
{
    struct model_program *program = program_in(fake_reported, FAULTED);

    CHECK(program || !fake_reported); /* mem forgets the faults of processes that end */
    if (program)
        program_ends(program, 0, program->fault_signal);
}

/* ---------------------------------------------------------------------------------- steps */

/* The reply to a fork or exec that waited; false if it is none. */
static bool check_late(const struct reply *reply)
{
    struct model_program *program = &programs[reply->caller];
    enum program_wait waits = program->waits;

    if (program->state != LIVE || (waits != FORKS && waits != EXECS))
        return false;
    CHECK(reply->tag == 0);
    if (waits == FORKS) {
        reply_check_late_fork(program, reply);
        return true;
    }
    CHECK(reply->words.w[0] == 0 && !fake_refused_late);
    program->waits = RUNS;
    program->forgets = false;
    return true;
}

static void stepped(void)
{
    struct model_program *failed = program_in(fake_refused_late, EXECS);
    uint32_t left = 0;

    for (uint32_t i = 0; i < got_count; i++)
        if (!check_late(&got[i]))
            got[left++] = got[i];
    got_count = left;
    if (failed) {
        CHECK(fake_logged);
        program_ends(failed, 0, SIGNAL_KILL);
    }
}

bool model_has_room(void)
{
    return programs_in(FREE) > programs_waiting(FORKS);
}

/* ---------------------------------------------------------------------------------- a message */

void model_ask(uint32_t from, const struct server_message *message)
{
    asked.sender = from;
    asked.refusals = fake_refusals;
    asked.expected = limit_expect(from, message->words.w[1]);
    asked.message = *message;
    memcpy(asked.data, message_page->words, sizeof(asked.data));
}

err_t model_replied(uint32_t caller, const struct words *words, uint32_t tag)
{
    if (caller == WORKER) {
        CHECK(!words->w[0] && !tag);
        return OK;
    }
    CHECK(got_count < REPLIES_MAX);
    got[got_count] = (struct reply){.caller = caller, .tag = tag, .words = *words};
    memcpy(got[got_count++].data, message_page->words, IPC_DATA_MAX);
    return OK;
}

/* Takes out the reply to asked.sender. The others are late replies. */
static const struct reply *take_direct(void)
{
    static struct reply direct;

    if ((asked.message.tag & TAG_KIND) != TAG_CALL)
        return NULL;
    for (uint32_t i = 0; i < got_count; i++)
        if (got[i].caller == asked.sender) {
            direct = got[i];
            memmove(&got[i], &got[i + 1], (got_count - i - 1) * sizeof(got[0]));
            got_count--;
            return &direct;
        }
    return NULL;
}

/* A process that waits or has ended gets no reply. */
static void check_stray(const struct reply *reply)
{
    bool known = asked.message.words.w[0] < PROC_CALLS_END && proc_call_names[asked.message.words.w[0]];

    reply_is(reply, (struct words){{(uint32_t)(known ? -EAGAIN : -ENOSYS)}});
}

/* Checks M6. */
static void check_thread(void)
{
    bool is_idle = mem_is_idle() && !programs_waiting(FORKS) && !programs_waiting(EXECS) && !programs_in(ENDS);

    CHECK(is_idle || !server_owes(WORKER));
}

/* Checks M7. */
static void check_files(void)
{
    uint32_t count = 0;

    for (uint32_t i = 1; i < PROGRAMS; i++) {
        CHECK(programs[i].state != LIVE || files_knows(programs[i].badge) == programs[i].has_files);
        count += programs[i].state == LIVE && programs[i].has_files;
    }
    CHECK(files_count() == count);
}

void model_settle(void)
{
    const struct reply *reply = take_direct();

    if ((asked.message.tag & TAG_KIND) == TAG_SIGNAL)
        signalled(asked.message.words.w[0]);
    else if ((asked.message.tag & TAG_KIND) == TAG_CALL && asked.sender == STRANGER)
        check_stray(reply);
    else if ((asked.message.tag & TAG_KIND) == TAG_CALL && asked.sender == WORKER)
        stepped();
    else if ((asked.message.tag & TAG_KIND) == TAG_CALL)
        reply_check(&programs[asked.sender], reply);
    take_reported_fault();
    ends_are_over();
    check_thread();
    check_files();
    CHECK(got_count == due_count);
    for (uint32_t i = 0; i < due_count; i++) {
        CHECK(got[i].caller == due[i].caller && got[i].tag == 0);
        CHECK(memcmp(&got[i].words, &due[i].words, sizeof(struct words)) == 0);
    }
    got_count = due_count = 0;
    asked.message.tag = TAG_FAULT; /* no message, until the next is asked */
}

void model_begin(void)
{
    memset(programs, 0, sizeof(programs));
    programs[INIT] = (struct model_program){.state = LIVE, .parent = NOBODY};
    got_count = due_count = names_count = model_booted = 0;
    asked.message.tag = TAG_FAULT;
}
