#include "tests/explore/engine.h"

#include "kernel/audit/normal.h"
#include "tests/explore/checks.h"
#include "tests/explore/state.h"
#include "tests/explore/store.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    KILL_EVERY = 16,    /* one of so many new states is checked by check_all_frames_come_back() */
    EVENT_SECONDS = 10, /* of processor time, for TIMED_STATES states; only an event that never ends takes longer */
    TIMED_STATES = 64,  /* states between two settings of the timer: setting it takes as long as many an event */
    ARENA_BYTES = PHYSMAP_BYTES + ARENA_FRAMES * sizeof(struct frame),
};

/* Shared by the processes that explore. */
static struct {
    uint32_t next, expanded, stop, violated;
    uint32_t state, event;
    char violation[sizeof violation_text];
    struct counts counts;
} * shared;

static struct counts counts; /* of this process */
static unsigned events_count;
static uint8_t before[STATE_MAX], after[STATE_MAX];
static uint32_t before_bytes;
static volatile uint32_t now_state, now_event;

/* ---------------------------------------------------------------------------------- one event */

/* Whether the call is done: the same thread runs on, and nothing else is to run. */
static bool returned(const struct event *event, const struct thread *next, bool chose)
{
    return event->kind == EVENT_CALL && !chose && next && REF(next) == seen.acting && next->state == THREAD_RUNNING &&
           !next->restarting && !next->reaping;
}

static void count_status(unsigned call, int32_t status)
{
    unsigned error = status < 0 ? 0u - (uint32_t)status : 0;

    check_status_is_listed(call, error);
    counts.statuses[call][error]++;
}

/* Counts the status of a call that did not return at once: a message that waited, or a call that was restarted. */
static void count_late_status(const struct thread *t, const struct before *b)
{
    bool waited = b->state >= THREAD_RECEIVING && b->state <= THREAD_REPLY_DEFERRED && !b->faulting;
    bool waits = t->state >= THREAD_RECEIVING && t->state <= THREAD_REPLY_DEFERRED;

    if (waits || t->restarting || t->state == THREAD_DEAD || !(waited || (b->restarting && t->state != THREAD_STOPPED)))
        return;
    if ((int32_t)t->registers.eax < 0)
        count_status(b->registers.eax & SYSCALL_NUMBER, (int32_t)t->registers.eax);
}

static void count_late_statuses(void)
{
    FOR_THREADS(t)
    {
        const struct before *b = seen_thread(REF(t));
        if (b)
            count_late_status(t, b);
    }
}

/* "A refused call has changed nothing" */
static void check_refused(struct thread *thread)
{
    int32_t status = (int32_t)thread->registers.eax;

    counts.refused++;
    thread_normalise(thread);
    if (state_is(before))
        return;
    state_normalise();
    if (!state_is(before))
        violation("a call was refused, %s, and changed something", error_names[-status]);
}

/* Applies an event to the state `before`, which is in the arena, with all checks. False if the call was refused: the
 * arena is then still in that state. */
static bool happens(const struct event *event)
{
    bool chose = kernel.cpus[event->cpu].reschedule;

    counts.transitions++;
    checks_before(event);
    struct thread *next = event_happen(event);
    if (returned(event, next, chose)) {
        count_status(event->call, (int32_t)next->registers.eax);
        if ((int32_t)next->registers.eax < 0) {
            check_errors_are_deserved(event);
            check_refused(next);
            return false;
        }
    }
    checks_after(event, next);
    count_late_statuses();
    return true;
}

/* ---------------------------------------------------------------------------------- one state */

static void check_ends(const struct event *event, uint64_t hash)
{
    processors_rest(); /* the frames that they have cached may have been renamed */
    if (pending.between_steps && event->kind != EVENT_STEP) {
        counts.runs++;
        check_long_calls_end();
        state_load_anew(after);
    }
    if (hash % KILL_EVERY == 0) {
        counts.kills++;
        check_all_frames_come_back();
        state_load_anew(after);
    }
}

/* Keeps the state after the event if it is new. */
static void keep(const struct event *event)
{
    struct found found = {.parent = now_state, .event = now_event, .depth = store_at(now_state)->depth + 1};

    state_normalise();
    found.bytes = state_save(after);
    if (found.bytes == before_bytes && memcmp(after, before, found.bytes) == 0)
        return;
    if (!store_add_hash(after, found.bytes))
        return;
    checks_of_state();
    if (!store_add(after, &found))
        shared->stop = 1;
    check_ends(event, store_hash(after, found.bytes));
}

static void attempt(unsigned index, unsigned cpu)
{
    const struct event event = event_at(index, cpu);

    if (!event_is_possible(&event))
        return;
    now_event = event_number(index, cpu);
    if (!happens(&event))
        return;
    keep(&event);
    state_load(before);
}

static void begin_from(const uint8_t *state, uint32_t bytes)
{
    memcpy(before, state, bytes);
    before_bytes = bytes;
    state_load_anew(before);
    checks_prepare();
}

/* A limit from now on; 0: no limit. */
static void limit_time(unsigned seconds)
{
    setitimer(ITIMER_VIRTUAL, &(struct itimerval){.it_value.tv_sec = seconds}, NULL);
}

static void expand(uint32_t state)
{
    static unsigned states;

    now_state = state;
    if (states++ % TIMED_STATES == 0)
        limit_time(EVENT_SECONDS);
    begin_from(store_state(state), store_at(state)->bytes);
    store_forget(state);
    for (unsigned cpu = 0; cpu < kernel.cpu_count; cpu++)
        for (unsigned i = 0; i < events_count; i++)
            attempt(i, cpu);
    __atomic_fetch_add(&shared->expanded, 1, __ATOMIC_ACQ_REL);
}

/* ---------------------------------------------------------------------------------- the processes */

/* False when no state is left to expand. */
static bool wait_for(uint32_t state)
{
    while (!store_is_there(state)) {
        uint32_t expanded = __atomic_load_n(&shared->expanded, __ATOMIC_ACQUIRE);
        if (shared->stop || expanded == store_count())
            return false;
        sched_yield();
    }
    return !shared->stop;
}

static void work(void)
{
    for (;;) {
        uint32_t state = __atomic_fetch_add(&shared->next, 1, __ATOMIC_RELAXED);
        if (!wait_for(state))
            return;
        expand(state);
    }
}

/* Only the first violation is recorded. */
static void report_violation(void)
{
    uint32_t none = 0;

    if (!__atomic_compare_exchange_n(&shared->violated, &none, 1, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return;
    shared->state = now_state;
    shared->event = now_event;
    memcpy(shared->violation, violation_text, sizeof violation_text);
    shared->stop = 1;
}

static void add_counts(void)
{
    const uint64_t *from = (const uint64_t *)&counts;
    uint64_t *to = (uint64_t *)&shared->counts;

    for (unsigned i = 0; i < sizeof counts / sizeof *from; i++)
        __atomic_fetch_add(&to[i], from[i], __ATOMIC_RELAXED);
}

/* Present if coverage is measured, where _exit() would lose the counts. */
int __llvm_profile_write_file(void) __attribute__((weak));

static void start_worker(void)
{
    if (fork())
        return;
    store_fork();
    if (setjmp(on_violation) == 0)
        work();
    else
        report_violation();
    add_counts();
    if (__llvm_profile_write_file)
        __llvm_profile_write_file();
    _exit(0);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void show(double seconds, bool end)
{
    fprintf(stderr, "\rexplore: %s: %u states, %u explored, %.0f s%s", world->name, store_count(), shared->expanded,
            seconds, end ? "\n" : " ");
}

/* Until all workers have ended. A worker that ended in any way but its own _exit(0) is a violation, too. */
static bool wait_for_workers(const struct limits *limits, double begin)
{
    bool in_time = true;
    unsigned left = limits->workers, polls = 0;

    while (left) {
        int status;
        if (waitpid(-1, &status, WNOHANG) > 0) {
            left--;
            if (status)
                shared->stop = shared->violated = 1;
            continue;
        }
        usleep(10000);
        if (limits->progress && ++polls % 100 == 0)
            show(now() - begin, false);
        if (limits->seconds > 0 && now() - begin > limits->seconds && !shared->stop)
            in_time = false, shared->stop = 1;
    }
    if (limits->progress && polls >= 100)
        show(now() - begin, true);
    return in_time;
}

static double processor_seconds(void)
{
    struct rusage usage;

    getrusage(RUSAGE_CHILDREN, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

void engine_explore(const struct limits *limits, struct result *result)
{
    double begin = now();

    fflush(stdout);
    for (unsigned i = 0; i < limits->workers; i++)
        start_worker();
    bool in_time = wait_for_workers(limits, begin);
    *result = (struct result){.outcome = shared->violated              ? VIOLATED
                                         : in_time && !store_is_full() ? CLOSED
                                                                       : UNFINISHED,
                              .states = store_count(),
                              .expanded = shared->expanded,
                              .seconds = now() - begin,
                              .processor_seconds = processor_seconds(),
                              .counts = shared->counts,
                              .state = shared->state,
                              .event = shared->event};
    memcpy(result->violation, shared->violation, sizeof result->violation);
    for (uint32_t i = 0; i < result->states; i++)
        if (store_at(i)->depth > result->depth)
            result->depth = store_at(i)->depth;
}

/* ---------------------------------------------------------------------------------- beginning, replay */

static void map_arena(void)
{
    void *at = mmap((void *)PHYSMAP_BASE, ARENA_BYTES, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

    if (at == MAP_FAILED) {
        perror("explore: mmap");
        exit(2);
    }
}

/* Reference 0 names nothing. Invariant C1: the empty leaf is never written. */
static void protect_what_is_never_written(void)
{
    mprotect(AT(void, 0), PAGE_SIZE, PROT_READ);
    mprotect(AT(void, kernel.empty_leaf), PAGE_SIZE, PROT_READ);
}

void engine_begin(const struct world *which, const struct limits *limits)
{
    map_arena();
    store_open(limits->states, limits->bytes);
    shared = store_share(sizeof *shared);
    if (setjmp(on_violation)) {
        fprintf(stderr, "explore: %s cannot be made: %s\n", which->name, violation_text);
        exit(2);
    }
    world_make(which);
    protect_what_is_never_written();
    hardware_catch_signals();
    processors_handle_requests = !which->finds;
    processors_rest();
    checks_of_world();
    events_count = events_build();
    state_normalise();
    struct found found = {.bytes = state_save(after), .event = EVENT_NONE};
    store_add_hash(after, found.bytes);
    store_add(after, &found);
    checks_of_state();
}

static void print_event(unsigned i, const struct event *event)
{
    const struct thread *thread = thread_on(event->cpu);

    printf("%u. processor %u, ", i + 1, event->cpu);
    if (thread && event->kind < EVENT_STEP)
        printf("thread %x of task %u: ", REF(thread), frame_number(thread->task));
    event_print(stdout, event);
    printf("\n");
}

/* One event of a replay, with the checks of how long calls and destruction end. */
static void replay_event(const struct event *event, bool print)
{
    if (happens(event)) {
        state_normalise();
        if (print)
            state_print();
        checks_of_state();
    } else if (print) {
        printf("      refused\n");
    }
    begin_from(after, state_save(after));
    check_ends(event, 0);
    state_load_anew(before);
}

enum replayed engine_replay(const struct event *events, unsigned count, bool print)
{
    begin_from(store_state(0), store_at(0)->bytes);
    if (setjmp(on_violation))
        return VIOLATES;
    for (unsigned i = 0; i < count; i++) {
        limit_time(EVENT_SECONDS);
        if (print)
            print_event(i, &events[i]);
        if (!event_is_possible(&events[i]))
            return IMPOSSIBLE;
        replay_event(&events[i], print);
        checks_prepare();
    }
    limit_time(0);
    return SOUND;
}

/* ---------------------------------------------------------------------------------- counterexamples */

/* Whether the events are still a counterexample without the one at index `without`. */
static bool violates_without(const uint32_t *numbers, unsigned count, unsigned without)
{
    static struct event events[PATH_EVENTS];
    unsigned left = 0;

    for (unsigned i = 0; i < count; i++)
        if (i != without)
            events[left++] = event_of_number(numbers[i]);
    return engine_replay(events, left, false) == VIOLATES;
}

/* Several processes search at the same time, so the path that one of them found need not be the shortest. */
static unsigned shorten(uint32_t *numbers, unsigned count)
{
    for (unsigned i = count; i-- > 0;)
        if (violates_without(numbers, count, i))
            memmove(&numbers[i], &numbers[i + 1], (--count - i) * sizeof *numbers);
    return count;
}

unsigned engine_path(const struct result *result, uint32_t numbers[PATH_EVENTS])
{
    unsigned count = result->event != EVENT_NONE;

    for (uint32_t i = result->state; i; i = store_at(i)->parent)
        count++;
    if (count > PATH_EVENTS)
        return 0;
    unsigned at = count;
    if (result->event != EVENT_NONE)
        numbers[--at] = result->event;
    for (uint32_t i = result->state; i; i = store_at(i)->parent)
        numbers[--at] = store_at(i)->event;
    return shorten(numbers, count);
}
