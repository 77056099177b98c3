/*
 * The states in the process server's table: by which names a process can be found in each, and what process_audit()
 * refuses.
 *
 * sources: servers/proc/process.c servers/proc/arguments.c servers/proc/limits.c servers/lib/account.c
 */
#include "servers/proc/process.h"
#include "tests/host/check.h"

/* A process that lives. */
static struct process *make(struct process *parent)
{
    struct process *process = process_make(parent);

    if (process)
        process_set_live(process);
    return process;
}

static void no_step(struct work *work)
{
    (void)work;
}

/* A process that begins has no name; one that ends has only its number. Both take several steps. */
static void test_states(void)
{
    struct process *init = process_by_badge(0), *process = process_make(init);
    uint32_t pid = process->pid;

    CHECK(!process_by_pid(pid) && !process_by_badge(process->badge) && !process_by_space(process_index(process)));
    CHECK(process_find_in(init->children, pid) == process && !process_audit());
    process->work.step = no_step;
    CHECK(!process_audit()); /* no process waits for it */
    init->waits = WAITS_FORK;
    CHECK(process_audit() && process_of_work(&process->work) == process);
    struct process *other = make(init); /* before the one that begins */
    CHECK(!process_audit());
    process_free(other);
    CHECK(process_audit());
    process->work.step = NULL;
    CHECK(!process_audit());
    init->waits = WAITS_NOT;
    process_set_live(process);
    CHECK(process_by_pid(pid) == process && process_by_badge(process->badge) == process && process_audit());
    init->waits = WAITS_FORK;
    CHECK(!process_audit());
    init->waits = WAITS_NOT;
    process->work.step = no_step;
    CHECK(!process_audit());
    process->waits = WAITS_EXEC;
    CHECK(process_audit());
    process_set_exiting(process, (struct exit_status){0});
    CHECK(!process_audit()); /* it waits */
    process->waits = WAITS_NOT;
    CHECK(process_audit() && process_find_in(init->children, pid) == process && process_by_pid(pid) == process);
    CHECK(!process_by_badge(process->badge) && !process_by_space(process_index(process)));
    process->work.step = NULL;
    CHECK(!process_audit());
    process_set_zombie(process);
    CHECK(process_audit() && process_find_in(init->zombies, pid) == process && !process_find_in(init->children, pid));
    process->work.step = no_step;
    CHECK(!process_audit());
    process_free(process);
}

/* A process whose parent has ended may still be in its beginning, to be undone. */
static void test_adopted_states(void)
{
    struct process *init = process_by_badge(0), *parent = make(init), *child = process_make(parent);

    parent->waits = WAITS_FORK;
    child->work.step = no_step;
    CHECK(process_audit());
    process_set_exiting(parent, (struct exit_status){0});
    parent->waits = WAITS_NOT;
    parent->work.step = no_step;
    CHECK(!process_audit()); /* it has a child */
    process_reparent_children(parent);
    CHECK(process_audit() && child->parent == init && child->is_adopted);
    process_free(child);
    process_free(parent);
}

int main(void)
{
    process_init();
    test_states();
    test_adopted_states();
    puts("test_process_states: processes are found as they should in each state");
}
