#include "servers/proc/process.h"

enum { INDEX_MASK = (1 << PROCESS_INDEX_BITS) - 1, NUMBER_MAX = 0x7fffffff };

static struct process processes[PROCESSES_MAX];

static struct process *free_processes; /* by `next` */
static uint32_t generation, last_pid;

void process_init(void)
{
    free_processes = NULL;
    for (uint32_t i = PROCESSES_MAX - 1; i > 0; i--) {
        processes[i] = (struct process){.next = free_processes};
        free_processes = &processes[i];
    }
    limits_init(PROCESSES_MAX - 1);
    arguments_init();
    processes[0] = (struct process){.state = PROCESS_LIVE, .account = limits_of_all};
    generation = 0;
    last_pid = 0;
}

uint32_t process_index(const struct process *process)
{
    return (uint32_t)(process - processes);
}

struct process *process_at(uint32_t index)
{
    return &processes[index];
}

/* A badge: the index, with the next generation above. */
static uint32_t new_badge(uint32_t index)
{
    generation = generation == NUMBER_MAX >> PROCESS_INDEX_BITS ? 1 : generation + 1;
    return index | generation << PROCESS_INDEX_BITS;
}

/* ------------------------------------------------------------------------------------- families */

static void attach(struct process *child, struct process *parent, struct process **list)
{
    child->parent = parent;
    child->next = *list;
    child->link = list;
    if (child->next)
        child->next->link = &child->next;
    *list = child;
}

static void detach(struct process *child)
{
    *child->link = child->next;
    if (child->next)
        child->next->link = child->link;
    child->parent = NULL;
}

struct process *process_make(struct process *parent)
{
    struct process *process = free_processes;

    if (!account_charge(parent->account, 1))
        return NULL;
    free_processes = process->next;
    last_pid = last_pid == NUMBER_MAX ? 1 : last_pid + 1; /* no machine runs long enough to wrap */
    *process = (struct process){
        .badge = new_badge(process_index(process)),
        .pid = last_pid,
        .group = parent->group ? parent->group : last_pid,
        .session = parent->session ? parent->session : last_pid,
        .state = PROCESS_NEW,
        .account = account_hold(parent->account),
    };
    attach(process, parent, &parent->children);
    return process;
}

void process_free(struct process *process)
{
    detach(process);
    account_release(process->account, 1);
    limits_drop(process->account);
    process->state = PROCESS_FREE; /* the rest is cleared when the entry is used again */
    process->next = free_processes;
    free_processes = process;
}

static void adopt(struct process *parent, struct process *child)
{
    detach(child);
    attach(child, parent, &parent->adopted);
    child->is_adopted = true;
}

void process_reparent_children(struct process *process)
{
    while (process->children)
        adopt(process->parent, process->children);
    while (process->adopted)
        adopt(process->parent, process->adopted);
    while (process->zombies)
        process_free(process->zombies);
}

void process_set_live(struct process *process)
{
    process->state = PROCESS_LIVE;
}

void process_set_exiting(struct process *process, struct exit_status status)
{
    process->state = PROCESS_EXITING;
    process->exit_status = status;
}

void process_set_zombie(struct process *process)
{
    struct process *parent = process->parent;

    process->state = PROCESS_ZOMBIE;
    detach(process);
    attach(process, parent, &parent->zombies);
}

struct process *process_find_in(struct process *list, uint32_t pid)
{
    while (list && pid && list->pid != pid)
        list = list->next;
    return list;
}

struct process *process_find_awaited(struct process *list, uint32_t pid, uint32_t group)
{
    while (list && group && list->group != group)
        list = list->next;
    return group ? list : process_find_in(list, pid);
}

bool process_awaits(const struct process *parent, const struct process *child)
{
    if (parent->waits != WAITS_CHILD)
        return false;
    if (parent->awaited_group)
        return parent->awaited_group == child->group;
    return !parent->awaited || parent->awaited == child->pid;
}

/* --------------------------------------------------------------------------------------- lookup */

struct process *process_by_badge(uint32_t badge)
{
    struct process *process = &processes[badge % PROCESSES_MAX];

    return process->state == PROCESS_LIVE && process->badge == badge ? process : NULL;
}

struct process *process_by_space(uint32_t space)
{
    if (space == 0 || space >= PROCESSES_MAX || processes[space].state != PROCESS_LIVE)
        return NULL;
    return &processes[space];
}

struct process *process_by_pid(uint32_t pid)
{
    for (uint32_t i = 1; i < PROCESSES_MAX; i++)
        if (processes[i].state > PROCESS_NEW && processes[i].pid == pid)
            return &processes[i];
    return NULL;
}

struct process *process_next_live(struct process *process)
{
    for (uint32_t i = process ? process_index(process) + 1 : 1; i < PROCESSES_MAX; i++)
        if (processes[i].state == PROCESS_LIVE)
            return &processes[i];
    return NULL;
}

bool process_is_descendant(const struct process *process, const struct process *above)
{
    while (process && process != above)
        process = process->parent;
    return process != NULL;
}

struct process *process_of_work(struct work *work)
{
    return (struct process *)(void *)((char *)work - offsetof(struct process, work));
}

static bool family_is_good(const struct process *process, const struct process *child, bool are_zombies)
{
    for (; child; child = child->next)
        if (child->parent != process || *child->link != child || (child->state == PROCESS_ZOMBIE) != are_zombies)
            return false;
    return true;
}

static bool families_are_good(const struct process *p)
{
    bool has_any = p->children || p->zombies || p->adopted;

    return family_is_good(p, p->children, false) && family_is_good(p, p->zombies, true) &&
           family_is_good(p, p->adopted, false) && (!has_any || p->state == PROCESS_LIVE) &&
           (p->state != PROCESS_ZOMBIE || !p->is_adopted) && process_is_descendant(p, &processes[0]);
}

/* P4, P6 and P7. */
static bool work_is_good(const struct process *p)
{
    bool is_new = p->state == PROCESS_NEW, waits = p->waits != WAITS_NOT;
    const struct process *child = p->children;

    if (waits && p->state != PROCESS_LIVE)
        return false;
    if ((p->work.step != NULL) != (is_new || p->state == PROCESS_EXITING || p->waits == WAITS_EXEC))
        return false;
    if (is_new && !p->is_adopted && (p->parent->waits != WAITS_FORK || p->parent->children != p))
        return false;
    return p->waits != WAITS_FORK || (child && child->state == PROCESS_NEW);
}

static uint32_t count_charged(const struct account *account)
{
    uint32_t count = 0;

    for (uint32_t i = 1; i < PROCESSES_MAX; i++)
        count += processes[i].state != PROCESS_FREE && processes[i].account == account;
    return count;
}

bool process_audit(void)
{
    uint32_t free_count = 0, used = 0;

    for (const struct process *p = free_processes; p; p = p->next)
        free_count++;
    for (uint32_t i = 0; i < PROCESSES_MAX; i++) {
        const struct process *p = &processes[i];
        if (p->state == PROCESS_FREE)
            continue;
        used++;
        if ((p->badge & INDEX_MASK) != i || !families_are_good(p) || !work_is_good(p))
            return false;
    }
    return free_count + used == PROCESSES_MAX && limits_audit(count_charged);
}
