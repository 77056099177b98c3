/* "errors" of docs/syscalls.md: a refused call deserves its error, and a successful call deserves none. */
#include "tests/explore/checks.h"

#include "tests/explore/deserved.h"
#include "tests/explore/hardware.h"

void check_errors_before(const struct event *event)
{
    if (event->kind == EVENT_CALL)
        deserved_by_call(event, AT(struct thread, seen.acting));
}

static void check_is_deserved(const struct event *event, const struct thread *thread, int32_t status)
{
    const char *call = event->call < SYS_COUNT ? call_names[event->call] : "an unknown call";
    uint32_t shortfall = thread_page(thread)->shortfall;

    if (status >= 0 && deserved.errors)
        violation("%s was not refused, but deserved %s", call, error_names[__builtin_ctz(deserved.errors)]);
    if (status < 0 && !(deserved.errors >> -status & 1))
        violation("%s was refused with %s, which it did not deserve", call, error_names[-status]);
    if (status != ERR_ACCOUNT)
        return;
    for (unsigned i = 0; i < deserved.shortfalls_count; i++)
        if (deserved.shortfalls[i] == shortfall)
            return;
    violation("%s reports a shortfall of %u frames, which no account has", call, shortfall);
}

/* The status of the event's call, or OK as long as it has not been refused. */
static int32_t status_of(const struct thread *thread)
{
    bool waits = thread->restarting || thread->reaping ||
                 (thread->state >= THREAD_RECEIVING && thread->state <= THREAD_REPLY_DEFERRED);

    return waits ? OK : (int32_t)thread->registers.eax;
}

void check_errors_are_deserved(const struct event *event)
{
    const struct thread *thread = AT(struct thread, seen.acting);

    if (event->kind != EVENT_CALL)
        return;
    if (thread->state == THREAD_RUNNING && !thread->restarting && !thread->reaping)
        check_is_deserved(event, thread, (int32_t)thread->registers.eax);
    else if (!seen.others_work && thread->page && thread->state != THREAD_DEAD)
        check_is_deserved(event, thread, status_of(thread));
}
