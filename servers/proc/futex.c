#include "servers/proc/futex.h"

#include "servers/clients.h"
#include "servers/proc/sleepers.h"
#include "servers/proc/waits.h"
#include "servers/proc/work.h"
#include "servers/proto/file.h"

/* Owners beside processes: the first is the index of init, which has no vdso. */
enum { SHARED = 0, POLL = PROCESSES_MAX, POLL_CONSOLE };

static struct process *first, **last = &first;

static uint32_t owner(const struct process *process, bool shared)
{
    return shared ? SHARED : process_index(process);
}

void futex_watch(struct process *process, uint32_t address, enum futex_kind kind)
{
    bool polls = kind == FUTEX_POLL || kind == FUTEX_POLL_CONSOLE;

    (void)futex_forget(process);
    process->watch.address = polls ? 0 : address;
    process->watch.owner = polls ? POLL + (kind == FUTEX_POLL_CONSOLE) : owner(process, kind == FUTEX_SHARED);
    process->watch.next = NULL;
    process->watch.link = last;
    *last = process;
    last = &process->watch.next;
}

static void leave_queue(struct process *process)
{
    struct process *next = process->watch.next, **link = process->watch.link;

    *link = next;
    if (next)
        next->watch.link = link;
    else
        last = link;
    process->watch.link = NULL;
}

bool futex_forget(struct process *process)
{
    bool was_woken = process->watch.is_woken;

    if (process->watch.link)
        leave_queue(process);
    process->watch.is_woken = false;
    return was_woken;
}

/* One that does not wait yet will hear when it wants to. */
static void wake(struct process *process)
{
    leave_queue(process);
    if (process->waits != WAITS_TICK) {
        process->watch.is_woken = true;
        return;
    }
    sleepers_remove(process);
    waits_answer(process, 0, (struct words){{0, 0, 1}});
}

/* That process, or the first one behind it that watches there. */
static struct process *first_at(struct process *process, uint32_t address, uint32_t of)
{
    while (process && (process->watch.address != address || process->watch.owner != of))
        process = process->watch.next;
    return process;
}

uint32_t futex_wake(const struct process *process, uint32_t address, bool shared, uint32_t count)
{
    uint32_t of = owner(process, shared), most = count < FUTEX_WOKEN_MAX ? count : FUTEX_WOKEN_MAX, woken = 0;
    struct process *next, *at = first;

    for (; woken < most && (at = first_at(at, address, of)); woken++, at = next) {
        next = at->watch.next;
        wake(at);
    }
    return woken;
}

void futex_requeue(const struct process *process, uint32_t address, bool shared, uint32_t count, uint32_t to)
{
    uint32_t of = owner(process, shared);

    for (struct process *at = first; count && address != to && (at = first_at(at, address, of)); count--)
        at->watch.address = to;
}

/* Of one process at a time. */
static void hear_of_files(struct work *work)
{
    uint32_t badge = 0, more = 0;
    int error = file_news(PROC_SLOT_FILE, 0, &badge, &more);
    struct process *process = error || !badge ? NULL : process_by_badge(badge);

    if (process && process->watch.link && process->watch.owner >= POLL)
        wake(process);
    if (!error && more && !work->step)
        work_add(work, hear_of_files);
}

void futex_file_news(void)
{
    static struct work work;

    hear_of_files(&work);
}

static void wake_some(struct work *work)
{
    uint32_t woken = 0;
    struct process *next, *at = first;

    for (; woken < FUTEX_WOKEN_MAX && (at = first_at(at, 0, POLL_CONSOLE)); woken++, at = next) {
        next = at->watch.next;
        wake(at);
    }
    if (woken == FUTEX_WOKEN_MAX && !work->step)
        work_add(work, wake_some);
}

void futex_wake_console_pollers(void)
{
    static struct work work;

    wake_some(&work);
}
