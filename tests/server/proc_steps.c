#include "tests/server/proc_steps.h"

#include <errno.h>
#include <string.h>

#include "libuser/ipc/ipc.h"
#include "servers/proc/process.h"
#include "servers/proto/proc.h"
#include "servers/proto/process_format.h"
#include "tests/host/check.h"

uint32_t start_archive_pages = MACHINE_ARCHIVE_PAGES;
char start_lines[1 << 10];

static const struct step *steps;
static uint32_t count, at;
static uint32_t asked[SERVER_CALLERS]; /* the number of each caller's last call */

/* ---------------------------------------------------------------------------------- replies */

static const struct {
    int status;
    const char *name;
} errors[] = {
    {-EAGAIN, "EAGAIN"},   {-ENOMEM, "ENOMEM"},
    {-EPERM, "EPERM"},     {-ECHILD, "ECHILD"},
    {-EINVAL, "EINVAL"},   {-ESRCH, "ESRCH"},
    {-ENOENT, "ENOENT"},   {-E2BIG, "E2BIG"},
    {-ENOSYS, "ENOSYS"},   {-EINTR, "EINTR"},
    {-ENOEXEC, "ENOEXEC"}, {-EACCES, "EACCES"},
    {-ENOTDIR, "ENOTDIR"}, {-ENAMETOOLONG, "ENAMETOOLONG"},
};

static const char *error_name(int status)
{
    for (uint32_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (errors[i].status == status)
            return errors[i].name;
    abort(); /* an error that no call has */
}

/* The strings in the data, with a bar for each zero byte. */
static const char *data_text(uint32_t bytes)
{
    static char text[IPC_DATA_MAX + 1];

    memcpy(text, message_page->words, bytes);
    text[bytes] = 0;
    for (uint32_t i = 0; i < bytes; i++)
        if (!text[i])
            text[i] = '|';
    return text;
}

enum { LISTED = 4 };

/* The number of results that a reply to the call has; its other words may be anything. */
static uint32_t results_of(uint32_t call)
{
    if (call == PROC_WAIT || call == PROC_ARGS || call == PROC_SIGNAL_TAKE || call == PROC_INTERRUPTED)
        return 3;
    if (call == PROC_LIST)
        return LISTED;
    if (call == PROC_ALARM || call == PROC_ALARM_LEFT || call == PROC_FUTEX_WAIT || call == PROC_GET_LIMIT ||
        call == PROC_GETPID || call == PROC_GROUP)
        return 2;
    return call == PROC_FUTEX_WATCH || call == PROC_POLL_WATCH || call == PROC_WATCH_END || call == PROC_FUTEX_WAKE ||
           call == PROC_SIGNALS || call == PROC_FORK || call == PROC_SPAWN || call == PROC_UPTIME ||
           call == PROC_BOOT_TIME || call == PROC_BEGIN_SESSION || call == PROC_SIGNAL_AWAIT;
}

static void add_listed(uint32_t caller, const uint32_t *w)
{
    const struct listed_process *listed = (const struct listed_process *)message_page->words;

    machine_add("reply %u: %u: %u of %u, state %u, space %u, %s", caller, w[1], listed->pid, listed->parent,
                listed->state, listed->space, listed->name);
}

static void add_results(uint32_t caller, const uint32_t *w, uint32_t tag)
{
    switch (results_of(asked[caller])) {
    case 0:
        machine_add(caller == WORKER && w[1] ? "reply %u: ends %s" : "reply %u", caller, machine_slot_name(w[1]).text);
        break;
    case LISTED:
        add_listed(caller, w);
        break;
    case 1:
        machine_add("reply %u: %u", caller, w[1]);
        break;
    case 2:
        machine_add("reply %u: %u %u", caller, w[1], w[2]);
        break;
    default:
        CHECK(!tag || tag == (w[3] + 3) / 4);
        machine_add("reply %u: %u %u %u%s%s", caller, w[1], w[2], w[3], tag ? " " : "", tag ? data_text(w[3]) : "");
    }
}

/* An interrupted sleep also returns the remaining time, and an exec the signals that are kept, if there are any. */
static err_t replied(uint32_t caller, const struct words *words, uint32_t tag)
{
    const uint32_t *w = words->w;

    CHECK(!w[0] || (!w[1] && !w[2] && !w[3] && !tag));
    if (w[0])
        machine_add("reply %u: %s", caller, error_name((int)w[0]));
    else if (asked[caller] == PROC_SLEEP && w[1])
        machine_add("reply %u: left %u", caller, w[1]);
    else if (asked[caller] == PROC_EXEC && w[1] | w[2])
        machine_add("reply %u: ignored %x, blocked %x", caller, w[1], w[2]);
    else
        add_results(caller, w, tag);
    return OK;
}

/* ---------------------------------------------------------------------------------- messages */

static void compare(const struct step *step)
{
    const char *lines = machine_lines();

    CHECK(process_audit());
    machine_refuse(NULL, 0, 0);
    if (!step->expected || strcmp(lines, step->expected) == 0)
        return;
    fprintf(stderr, "step %u: expected:\n%sis:\n%s", (unsigned)(step - steps), step->expected, lines);
    abort();
}

static void begin(const struct step *step, struct server_message *message)
{
    memset(message_page->words, 0, sizeof(message_page->words));
    if (step->text)
        memcpy(message_page->words, step->text, step->bytes);
    if (step->before)
        step->before();
    if (step->refused)
        machine_refuse(step->refused, step->with, step->times ? step->times : 1);
    if (step->in_parts)
        machine_in_parts(step->in_parts, step->parts);
    *message = (struct server_message){.tag = TAG_SIGNAL, .words = {{step->signal}}};
    if (step->signal)
        return;
    message->tag = (step->bytes + 3) / 4;
    message->badge = step->from;
    message->caller = step->caller ? step->caller : step->from % (1u << PROCESS_INDEX_BITS) % SERVER_CALLERS;
    message->words = step->words;
    asked[message->caller] = step->words.w[0];
}

static bool next(struct server_message *message)
{
    if (at == 0)
        strcpy(start_lines, machine_lines());
    else if (at <= count)
        compare(&steps[at - 1]);
    if (at++ >= count)
        return false; /* the server asks once more */
    begin(&steps[at - 1], message);
    return true;
}

void run_steps(const struct step *first, uint32_t how_many, uint32_t cpus)
{
    const struct server_fake fake = {.cpus = cpus, .call = machine_call, .next = next, .replied = replied};

    steps = first;
    count = how_many;
    at = 0;
    machine_begin();
    server_run_input(&fake, (struct words){{0, 0, start_archive_pages, 0}});
}
