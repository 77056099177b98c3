#include "servers/proc/futex.h"

#include "servers/proc/sleepers.h"
#include "servers/proc/waits.h"
#include "servers/proc/work.h"
#include "servers/proto/file.h"
#include "servers/proto/layout.h"
#include "servers/proto/mem.h"
#include "servers/proto/slots.h"

/* Owners other than processes: one for polling; for a shared word these bits, and below them the number that the server
 * that granted the page has for the named segment or the file. For a numbered segment the address is its id, and the
 * offset in it is here. */
enum { POLL = PROCESSES_MAX, POLL_CONSOLE };
enum { OF_FILES = 1, OF_NAMED, OF_NUMBERED, OWNER_SHIFT = 30 };

struct word {
    uint32_t address, owner;
};

/* Processes that poll the console have a queue of their own: its events are for all of them. */
struct queue {
    struct process *first, **last;
};

static struct queue watching = {.last = &watching.first}, polling = {.last = &polling.first};
static uint64_t watches; /* so far */

static struct word own_word(const struct process *process, uint32_t address)
{
    return (struct word){address, process_index(process)};
}

/* The name of a page comes from the server that granted it, not from the process. */
static __attribute__((noinline)) struct word shared_word(const struct process *process, uint32_t address)
{
    uint32_t object = 0, offset = 0, of = address < NAMED_BASE ? OF_FILES : address < SHM_BASE ? OF_NAMED : OF_NUMBERED;
    bool is_there;

    if (of == OF_FILES)
        is_there = process->has_files && file_word(PROC_SLOT_FILE, process->badge, address, &object, &offset) == 0;
    else
        is_there = mem_space_word(PROC_SLOT_MEM, process_index(process), address, &object, &offset) == 0;
    return is_there ? (struct word){offset, of << OWNER_SHIFT | (object & ~(3u << OWNER_SHIFT))}
                    : own_word(process, address);
}

static struct word word_of(const struct process *process, uint32_t address, bool shared)
{
    return shared ? shared_word(process, address) : own_word(process, address);
}

static struct queue *queue_of(const struct process *process)
{
    return process->watch.owner == POLL_CONSOLE ? &polling : &watching;
}

static void join_queue(struct process *process)
{
    struct queue *queue = queue_of(process);

    process->watch.next = NULL;
    process->watch.link = queue->last;
    *queue->last = process;
    queue->last = &process->watch.next;
}

static bool watch(struct process *process, struct word word)
{
    bool was_woken = futex_unwatch(process);

    process->watch.address = word.address;
    process->watch.owner = word.owner;
    process->watch.number = ++watches;
    join_queue(process);
    return was_woken;
}

bool futex_watch(struct process *process, uint32_t address, bool shared)
{
    return watch(process, word_of(process, address, shared));
}

bool futex_poll(struct process *process, bool console)
{
    return watch(process, (struct word){0, console ? POLL_CONSOLE : POLL});
}

static void leave_queue(struct process *process)
{
    struct process *next = process->watch.next, **link = process->watch.link;

    *link = next;
    if (next)
        next->watch.link = link;
    else
        queue_of(process)->last = link;
    process->watch.link = NULL;
}

bool futex_unwatch(struct process *process)
{
    bool was_woken = process->watch.is_woken;

    if (process->watch.link)
        leave_queue(process);
    process->watch.is_woken = false;
    return was_woken;
}

/* If the process does not wait yet, it will learn of the wake-up when it begins to. */
static void wake(struct process *process)
{
    leave_queue(process);
    if (process->waits != WAITS_TICK) {
        process->watch.is_woken = true;
        return;
    }
    sleepers_remove(process);
    waits_reply(process, 0, (struct words){{0, 0, 1}});
}

/* The first process from `process` on that watches the word. */
static struct process *first_at(struct process *process, struct word word)
{
    while (process && (process->watch.address != word.address || process->watch.owner != word.owner))
        process = process->watch.next;
    return process;
}

uint32_t futex_wake(const struct process *process, uint32_t address, bool shared, uint32_t count)
{
    struct word word = word_of(process, address, shared);
    uint32_t most = count < FUTEX_WOKEN_MAX ? count : FUTEX_WOKEN_MAX, woken = 0;
    struct process *next, *at = watching.first;

    for (; woken < most && (at = first_at(at, word)); woken++, at = next) {
        next = at->watch.next;
        wake(at);
    }
    return woken;
}

void futex_requeue(const struct process *process, uint32_t address, bool shared, uint32_t count, uint32_t to)
{
    struct word from = word_of(process, address, shared), other = word_of(process, to, shared);

    for (struct process *at = watching.first; count && (at = first_at(at, from)); count--, at = at->watch.next) {
        at->watch.address = other.address;
        at->watch.owner = other.owner;
    }
}

/* Asks for one process at a time. */
static void handle_file_events(struct work *work)
{
    uint32_t badge = 0, more = 0;
    int error = file_events(PROC_SLOT_FILE, &badge, &more);
    struct process *process = error || !badge ? NULL : process_by_badge(badge);

    if (process && process->watch.link && process->watch.owner >= POLL)
        wake(process);
    if (!error && more && !work->step)
        work_add(work, handle_file_events);
}

void futex_handle_file_events(void)
{
    static struct work work;

    handle_file_events(&work);
}

static uint64_t last_to_wake; /* the number of the last watch to wake */

static bool is_to_wake(const struct process *process)
{
    return process && process->watch.number <= last_to_wake;
}

/* A woken process that polls again is behind all others, as its watch has a higher number. */
static void wake_some(struct work *work)
{
    for (uint32_t woken = 0; woken < FUTEX_WOKEN_MAX && is_to_wake(polling.first); woken++)
        wake(polling.first);
    if (is_to_wake(polling.first) && !work->step)
        work_add(work, wake_some);
}

void futex_wake_console_pollers(void)
{
    static struct work work;

    last_to_wake = watches;
    wake_some(&work);
}
