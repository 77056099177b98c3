/*
 * The process server's tables, compared with models: families, process ids, sleepers, limits.
 *
 * sources: servers/proc/process.c servers/proc/sleepers.c servers/proc/arguments.c servers/proc/limits.c
 * sources: servers/lib/account.c
 */
#include "kernel/abi/abi.h"
#include "servers/proc/process.h"
#include "servers/proc/sleepers.h"
#include "tests/host/check.h"

#include <errno.h>
#include <string.h>

/* A process that lives. */
static struct process *make(struct process *parent)
{
    struct process *process = process_make(parent);

    if (process)
        process_set_live(process);
    return process;
}

static void test_full_table(void)
{
    static uint32_t badges[PROCESSES_MAX];

    process_init();
    struct process *init = process_by_badge(0);
    CHECK(init && process_index(init) == 0 && process_audit());
    for (int i = 1; i < PROCESSES_MAX; i++) {
        struct process *process = make(init);
        CHECK(process && process->pid == (uint32_t)i);
        CHECK(process_by_badge(process->badge) == process && process_by_pid(process->pid) == process);
        badges[i] = process->badge;
    }
    CHECK(!make(init) && process_audit());
    for (int i = 1; i < PROCESSES_MAX; i++)
        process_free(process_by_badge(badges[i]));
    for (int i = 1; i < PROCESSES_MAX; i++)
        CHECK(!process_by_badge(badges[i]));
    CHECK(process_audit());
    CHECK(!process_by_space(0) && !process_by_pid(0));
}

static void test_ended(void)
{
    struct process *process = make(process_by_badge(0));

    process_set_exiting(process, (struct exit_status){0});
    process_set_zombie(process);
    CHECK(process_by_pid(process->pid) == process && !process_by_badge(process->badge));
    CHECK(!process_by_space(process_index(process)));
    process_free(process);
}

/* A badge is not used again until all generations have been used. */
static void test_numbers(void)
{
    struct process *init = process_by_badge(0), *process = make(init);
    uint32_t index = process_index(process), first = process->badge;

    CHECK(process_by_space(index) == process && !process_by_space(PROCESSES_MAX + index));
    for (uint32_t i = 0; i < 100000; i++) {
        process_free(process);
        CHECK(!process_by_space(index));
        process = make(init);
        CHECK(process_index(process) == index);
        CHECK(process->badge != first && process->badge <= BADGE_MAX);
        CHECK(!process_by_badge(first));
    }
    process_free(process);
}

/* ------------------------------------------------------------------------------------- families */

static struct {
    struct process *process;
    uint32_t pid, parent; /* by pid; init's is 0 */
    bool ended, adopted;
} model[PROCESSES_MAX];
static uint32_t count;

static uint32_t model_find(uint32_t pid)
{
    uint32_t i = 0;
    while (i < count && model[i].pid != pid)
        i++;
    CHECK(i < count);
    return i;
}

static void model_remove(uint32_t i)
{
    model[i] = model[--count];
}

static void do_make(void)
{
    uint32_t parent = random_below(count);
    if (model[parent].ended)
        return;
    struct process *process = make(model[parent].process);
    CHECK(!process == (count == PROCESSES_MAX));
    if (process) {
        model[count].process = process;
        model[count].pid = process->pid;
        model[count].parent = model[parent].pid;
        model[count].adopted = false;
        model[count++].ended = false;
    }
}

static void do_end(void)
{
    uint32_t i = random_below(count), pid = model[i].pid;
    if (i == 0 || model[i].ended)
        return;
    struct process *process = model[i].process;
    bool adopted = process->is_adopted;
    uint32_t above = model[i].parent;
    CHECK(adopted == model[i].adopted && process->parent->pid == above);
    process_reparent_children(process);
    if (adopted) {
        process_free(process);
        model_remove(i);
    } else {
        process_set_exiting(process, (struct exit_status){7, 9});
        process_set_zombie(process);
        model[i].ended = true;
    }
    for (uint32_t c = 0; c < count;) {
        bool child = model[c].parent == pid;
        if (child) {
            model[c].parent = above;
            model[c].adopted = true;
        }
        if (child && model[c].ended)
            model_remove(c);
        else
            c++;
    }
}

static void do_wait(void)
{
    uint32_t i = random_below(count), ended = 0, children = 0;
    if (model[i].ended)
        return;
    for (uint32_t c = 1; c < count; c++) {
        bool child = model[c].parent == model[i].pid && !model[c].adopted;
        children += child;
        ended += child && model[c].ended;
        CHECK(!child || process_is_descendant(model[c].process, model[i].process));
    }
    struct process *child = model[i].process->zombies;
    CHECK(!child == (ended == 0));
    CHECK(!model[i].process->children == (children == ended));
    if (ended == 0)
        return;
    CHECK(child->exit_status.code == 7 && child->exit_status.signal == 9);
    CHECK(process_by_pid(child->pid) == child);
    CHECK(process_find_in(model[i].process->zombies, child->pid) == child);
    CHECK(!process_find_in(model[i].process->children, child->pid));
    CHECK(model[model_find(child->pid)].parent == model[i].pid);
    model_remove(model_find(child->pid));
    process_free(child);
}

static void test_families(void)
{
    process_init();
    count = 1;
    model[0].process = process_by_badge(0);
    model[0].parent = ~0u;
    for (int step = 0; step < 30000; step++) {
        switch (random_below(5)) {
        case 0:
        case 1:
            do_make();
            break;
        case 2:
        case 3:
            do_end();
            break;
        default:
            do_wait();
        }
        CHECK(step % 64 || process_audit());
    }
}

/* ------------------------------------------------------------------------------------- sleepers */

static void test_sleepers(uint32_t start)
{
    enum { SLEEPERS = 300 };
    static struct process *sleepers[SLEEPERS];
    uint32_t tick = start, asleep = 0;

    process_init();
    for (int i = 0; i < SLEEPERS; i++)
        sleepers[i] = make(process_by_badge(0));
    for (int step = 0; step < 20000; step++) {
        struct process *process = sleepers[random_below(SLEEPERS)];
        if (process->waits == WAITS_TICK && random_below(20) == 0) {
            sleepers_remove(process);
            asleep--;
        } else if (process->waits == WAITS_NOT) {
            sleepers_add(process, tick, 1 + random_below(500));
            asleep++;
        }
        tick += random_below(4);
        uint32_t before = tick - 4, before_pid = 0;
        while ((process = sleepers_next_due(tick))) {
            CHECK(process->waits == WAITS_NOT && (int32_t)(process->wake_tick - tick) <= 0);
            CHECK((int32_t)(process->wake_tick - before) >= 0); /* in order */
            CHECK(process->wake_tick != before || process->pid > before_pid);
            before = process->wake_tick;
            before_pid = process->pid;
            asleep--;
        }
    }
    tick += 1000;
    while (sleepers_next_due(tick))
        asleep--;
    CHECK(asleep == 0);
    sleepers_add(sleepers[0], tick, ~0u); /* as long as possible, not in the past */
    CHECK(!sleepers_next_due(tick));
    sleepers_remove(sleepers[0]);
}

/* --------------------------------------------------------------------------------------- limits */

static void test_limit_refused(void)
{
    struct process *init = process_by_badge(0), *process = make(init), *other = make(init);

    CHECK(limits_set(&process->account, PROCESSES_MAX) == -EPERM && limits_set(&process->account, 0) == -EINVAL);
    CHECK(limits_set(&process->account, PROCESSES_MAX - 2) == -ENOMEM);
    CHECK(limits_set(&process->account, PROCESSES_MAX - 1) == 0 && process->account == limits_of_all);
    CHECK(limits_of_all->used == 2 && limits_of_all->holders == 3);
    CHECK(limits_set(&process->account, PROCESSES_MAX - 3) == 0 && !make(init)); /* all that is left */
    CHECK(limits_set(&process->account, PROCESSES_MAX - 2) == -EPERM);
    CHECK(limits_set(&process->account, 1) == 0 && !make(process) && limits_set(&process->account, 0) == -EINVAL);
    CHECK(make(init) && process_audit());
    process_free(process);
    process_free(other);
}

/* A process and its children count for its limit, ended ones, too. The limit ends with the last of them. */
static void test_limit_shared(void)
{
    struct process *init = process_by_badge(0), *process = make(init);
    uint32_t before = limits_of_all->used;

    CHECK(limits_set(&process->account, 3) == 0 && limits_of_all->used == before + 3 + ACCOUNT_COST - 1);
    struct process *child = make(process), *second = make(child);
    CHECK(child && second && !make(process) && !make(second));
    CHECK(limits_set(&second->account, 1) == -ENOMEM); /* an account costs one */
    process_set_exiting(second, (struct exit_status){1, 0});
    process_set_zombie(second);
    CHECK(!make(process));
    process_free(second);
    CHECK(limits_set(&child->account, 1) == 0 && !make(child) && !make(process));
    process_reparent_children(process);
    process_free(process);
    CHECK(limits_of_all->used == before + 3 + ACCOUNT_COST - 1 && process_audit());
    process_free(child);
    CHECK(limits_of_all->used == before - 1);
}

/* Each limit within the one above, down to a greatest depth; the part of the long blocks shrinks with each. */
static void test_limit_depth(void)
{
    struct process *above = make(process_by_badge(0)), *all[ACCOUNT_DEPTH_MAX + 2] = {above};
    uint32_t n = 1;

    for (; n <= ACCOUNT_DEPTH_MAX; n++) {
        CHECK(limits_set(&above->account, 300 - 10 * n) == 0 && above->account->depth == n);
        CHECK((above = all[n] = make(above)));
    }
    CHECK(limits_set(&above->account, 2) == -EAGAIN);
    while (n--) {
        process_reparent_children(all[n]);
        process_free(all[n]);
    }
    CHECK(limits_of_all->used == 0 && process_audit());
}

static void test_limit_of_blocks(void)
{
    struct process *process = make(process_by_badge(0));
    struct arguments *blocks[LIMITS_BLOCKS + 1];
    uint32_t n = 0, all = 0;

    CHECK(limits_set(&process->account, (PROCESSES_MAX - 1) / 4) == 0);
    while ((blocks[n] = arguments_make(ARGUMENTS_SHORT + 1, process->account)))
        n++;
    CHECK(n == LIMITS_BLOCKS / 4);
    process_free(process); /* the blocks hold its account */
    CHECK(limits_of_all->used > (PROCESSES_MAX - 1) / 4);
    struct process *second = make(process_by_badge(0));
    for (; all < 20; n++, all++)
        CHECK((blocks[n] = arguments_make(ARGUMENTS_MAX, limits_of_all)));
    CHECK(limits_set(&second->account, 300) == 0); /* its part of the blocks would be more than are left */
    CHECK(limits_blocks_left(second->account) == LIMITS_BLOCKS - LIMITS_BLOCKS / 4 - 20 &&
          !limits_blocks_left(limits_of_all));
    process_free(second);
    for (; (blocks[n] = arguments_make(ARGUMENTS_MAX, limits_of_all)); n++)
        all++;
    CHECK(all == LIMITS_BLOCKS - LIMITS_BLOCKS / 4);
    while (n--)
        arguments_drop(blocks[n]);
    CHECK(arguments_used() == 0 && limits_of_all->used == 0 && limits_of_all->holders == 1);
}

/* As often as one likes. */
static void test_limits_again(void)
{
    for (int i = 0; i < 2 * PROCESSES_MAX; i++) {
        struct process *process = make(process_by_badge(0));
        CHECK(process && limits_set(&process->account, 5) == 0);
        process_free(process);
    }
}

/* A lower limit has fewer blocks, except that those in use stay. */
static void test_lowered_blocks(void)
{
    struct process *process = make(process_by_badge(0));
    struct arguments *blocks[3];

    CHECK(limits_set(&process->account, PROCESSES_MAX - 2) == 0 && !limits_blocks_left(limits_of_all));
    CHECK(limits_set(&process->account, PROCESSES_MAX / 2) == 0);
    CHECK(limits_blocks_left(limits_of_all) == LIMITS_BLOCKS / 2 - 1 ||
          limits_blocks_left(limits_of_all) == LIMITS_BLOCKS / 2);
    CHECK(limits_set(&process->account, 1) == 0 && limits_blocks_left(limits_of_all) == LIMITS_BLOCKS - 1);
    process_free(process);
    process = make(process_by_badge(0));
    CHECK(limits_set(&process->account, PROCESSES_MAX / 2) == 0);
    for (int i = 0; i < 3; i++)
        CHECK((blocks[i] = arguments_make(ARGUMENTS_MAX, process->account)));
    CHECK(limits_set(&process->account, 1) == 0 && process->account->depth == 2); /* the blocks hold the other one */
    for (int i = 0; i < 3; i++)
        arguments_drop(blocks[i]);
    process_free(process);
    CHECK(limits_of_all->used == 0 && limits_blocks_left(limits_of_all) == LIMITS_BLOCKS);
}

static void test_limits(void)
{
    process_init();
    test_limit_refused();
    process_init();
    test_limit_shared();
    test_limit_depth();
    test_limit_of_blocks();
    test_limits_again();
    test_lowered_blocks();
}

int main(void)
{
    test_full_table();
    test_ended();
    test_numbers();
    test_families();
    test_sleepers(0);
    test_sleepers(0xfffff000u); /* the count of ticks wraps */
    test_limits();
    puts("test_process: tables agree with their models");
}
