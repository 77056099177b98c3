#include "servers/proc/limits.h"

#include "servers/proc/task.h"

#include <errno.h>

/* Each limit costs a process in the account above it, so there is always an entry left for an allowed one. */
static struct limits {
    struct account processes;
    uint32_t blocks, blocks_used; /* used: including those that accounts below have */
    struct limits *next_free;
} limits[1 + TASKS_MAX];
static struct limits *free_limits;

struct account *limits_of_all = &limits[0].processes;

static struct limits *limits_of(struct account *account)
{
    return (struct limits *)account;
}

static void add_free(struct limits *free)
{
    free->next_free = free_limits;
    free_limits = free;
}

void limits_init(uint32_t processes)
{
    limits[0] = (struct limits){.processes = {.holders = 1, .limit = processes}, .blocks = LIMITS_BLOCKS};
    free_limits = NULL;
    for (uint32_t i = 1; i <= TASKS_MAX; i++)
        add_free(&limits[i]);
}

/* The part of an account's blocks for so many processes, rounded up. */
static uint32_t part_of(const struct limits *whole, uint32_t processes)
{
    return (processes * whole->blocks + whole->processes.limit - 1) / whole->processes.limit;
}

static uint32_t blocks_for(const struct limits *parent, uint32_t processes)
{
    uint32_t part = part_of(parent, processes), left = parent->blocks - parent->blocks_used;
    return part < left ? part : left;
}

/* Blocks that are in use stay. */
static void lower(struct limits *its, uint32_t processes)
{
    uint32_t blocks = part_of(its, processes);
    int error = account_lower(&its->processes, processes, ACCOUNT_COST);

    assert(!error);
    blocks = blocks > its->blocks_used ? blocks : its->blocks_used;
    limits_of(its->processes.parent)->blocks_used -= its->blocks - blocks;
    its->blocks = blocks;
}

static void split(struct account **account, uint32_t processes)
{
    struct limits *parent = limits_of(*account), *made = free_limits;
    uint32_t blocks = blocks_for(parent, processes);

    free_limits = made->next_free;
    account_split(&made->processes, &parent->processes, processes, 1, ACCOUNT_COST);
    made->blocks = blocks;
    made->blocks_used = 0;
    parent->blocks_used += blocks;
    *account = &made->processes;
}

static bool has_one_holder(const struct account *account)
{
    return account->holders == 1 && account->parent;
}

int limits_check(const struct account *account, uint32_t processes)
{
    if (processes > account->limit)
        return -EPERM;
    if (processes == account->limit)
        return 0;
    if (has_one_holder(account))
        return processes < account->used ? -EINVAL : 0;
    return account_check_split(account, processes, 1, ACCOUNT_COST);
}

int limits_set(struct account **account, uint32_t processes)
{
    int error = limits_check(*account, processes);

    if (error || processes == (*account)->limit)
        return error;
    if (has_one_holder(*account))
        lower(limits_of(*account), processes);
    else
        split(account, processes);
    return 0;
}

static void release_limits(struct account *account)
{
    struct limits *ended = limits_of(account);

    assert(ended->blocks_used == 0);
    limits_of(account->parent)->blocks_used -= ended->blocks;
    add_free(ended);
}

void limits_drop(struct account *account)
{
    account_drop(account, release_limits);
}

uint32_t limits_blocks_left(const struct account *account)
{
    const struct limits *its = (const struct limits *)account;

    return its->blocks - its->blocks_used;
}

bool limits_take_block(struct account *account)
{
    if (!limits_blocks_left(account))
        return false;
    limits_of(account)->blocks_used++;
    account_hold(account);
    return true;
}

void limits_give_block(struct account *account)
{
    limits_of(account)->blocks_used--;
    limits_drop(account);
}

static bool is_good(const struct limits *its, uint32_t used)
{
    uint32_t blocks = 0;

    for (uint32_t i = 1; i <= TASKS_MAX; i++) {
        const struct limits *below = &limits[i];
        if (!below->processes.holders || below->processes.parent != &its->processes)
            continue;
        used += below->processes.limit + ACCOUNT_COST;
        blocks += below->blocks;
    }
    return its->processes.used == used && used <= its->processes.limit && blocks <= its->blocks_used &&
           its->blocks_used <= its->blocks;
}

bool limits_audit(uint32_t (*charged)(const struct account *account))
{
    for (uint32_t i = 0; i <= TASKS_MAX; i++)
        if (limits[i].processes.holders && !is_good(&limits[i], charged(&limits[i].processes)))
            return false;
    return true;
}
