#include "tests/server/proc_steps.h"

#include <string.h>

#include "libuser/ipc/ipc.h"
#include "libuser/libc/errno.h"
#include "servers/proc/process.h"
#include "servers/proto/proc.h"
#include "tests/host/check.h"

uint32_t start_archive_pages = MACHINE_ARCHIVE_PAGES;
char start_lines[1 << 10];

static const struct step *steps;
static uint32_t count, at;
static uint32_t asked[SERVER_CALLERS]; /* the number of each caller's last call */

/* ---------------------------------------------------------------------------------- answers */

static const struct {
    int status;
    const char *name;
} errors[] = {
    {-EAGAIN, "EAGAIN"}, {-ENOMEM, "ENOMEM"}, {-EPERM, "EPERM"},   {-ECHILD, "ECHILD"},   {-EINVAL, "EINVAL"}, {-ESRCH, "ESRCH"},
    {-ENOENT, "ENOENT"}, {-E2BIG, "E2BIG"},   {-ENOSYS, "ENOSYS"}, {-ENOEXEC, "ENOEXEC"},
};

static const char *error_name(int status)
{
    for (uint32_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (errors[i].status == status)
            return errors[i].name;
    abort(); /* an error that no call has */
}

/* The strings that came, with a bar for each zero byte. */
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

/* What of an answer is no result may be anything. */
static uint32_t results_of(uint32_t call)
{
    if (call == PROC_WAIT || call == PROC_ARGS)
        return 3;
    if (call == PROC_GET_LIMIT || call == PROC_GETPID)
        return 2;
    return call == PROC_FORK || call == PROC_SPAWN || call == PROC_UPTIME || call == PROC_BOOT_TIME;
}

static err_t answered(uint32_t caller, const struct words *words, uint32_t tag)
{
    const uint32_t *w = words->w;

    if (w[0]) {
        CHECK(!w[1] && !w[2] && !w[3] && !tag);
        machine_add("answer %u: %s", caller, error_name((int)w[0]));
        return OK;
    }
    switch (results_of(asked[caller])) {
    case 0:
        machine_add(caller == WORKER && w[1] ? "answer %u: ends %s" : "answer %u", caller, machine_slot_name(w[1]).text);
        break;
    case 1:
        machine_add("answer %u: %u", caller, w[1]);
        break;
    case 2:
        machine_add("answer %u: %u %u", caller, w[1], w[2]);
        break;
    default:
        CHECK(!tag || tag == (w[3] + 3) / 4);
        machine_add("answer %u: %u %u %u%s%s", caller, w[1], w[2], w[3], tag ? " " : "", tag ? data_text(w[3]) : "");
    }
    return OK;
}

/* ---------------------------------------------------------------------------------- messages */

static void compare(const struct step *step)
{
    const char *lines = machine_lines();

    CHECK(process_check());
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
        return false; /* to which the server comes once more */
    begin(&steps[at - 1], message);
    return true;
}

void run_steps(const struct step *first, uint32_t how_many, uint32_t cpus)
{
    const struct server_fake fake = {.cpus = cpus, .call = machine_call, .next = next, .answered = answered};

    steps = first;
    count = how_many;
    at = 0;
    machine_begin();
    server_run_input(&fake, (struct words){{0, 0, start_archive_pages, 0}});
}
