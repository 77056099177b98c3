/*
 * Random steps of several processes at once: segments, memory, files, mappings of files, pipes, fork, exec, kill. A
 * model tells what each must see. After every hundred steps all of them stop, and the servers audit themselves; at the
 * end as much must be free as before.
 *
 *     t_random [SEED [STEPS [PROCESSES]]]
 *
 * STEPS is the total for all processes, not counting their children's; they are done twice.
 *
 * run: --timeout 300
 * run: --smp 4 --timeout 300
 */
#include "libuser/ipc/ipc.h"
#include "libuser/mem/sbrk.h"
#include "servers/proto/proc.h"
#include "servers/proto/slots.h"
#include "tests/system/programs/child.h"
#include "tests/system/programs/random.h"
#include "tests/system/programs/tap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { STEPS_BETWEEN = 100, MICROSECONDS_PER_TICK = 10000 };

struct own own;
struct board *board;
struct world *world;
int walker;

static unsigned seed, steps = 3000, walkers = 4;
static struct link {
    pid_t walker;
    int ready[2], go[2]; /* pipes from and to the process */
} links[WALKERS_MAX];

/* ------------------------------------------------------------------------------------------ a walker */

bool any_step(void)
{
    unsigned choice = below(100);

    if (choice < 45)
        return memory_step();
    if (choice < 75)
        return files_step();
    if (choice < 86)
        return maps_step();
    return choice < 96 ? pipes_step() : processes_step();
}

/* All have stopped: the parent checks the state. */
static bool stop(void)
{
    char byte = 'r';

    return IS(write(links[walker].ready[1], &byte, 1), 1) && IS(read(links[walker].go[0], &byte, 1), 1);
}

static int walks(void)
{
    unsigned each = steps / walkers, between = STEPS_BETWEEN / walkers;
    bool good = true;

    for (int i = 0; i <= walker; i++)
        close(links[i].ready[0]), close(links[i].go[1]);
    srand(seed * WALKERS_MAX + (unsigned)walker);
    world = &board->worlds[walker];
    own.heap_start = tally_sbrk(0);
    files_begin();
    for (unsigned i = 0; i < each && good; i++) {
        good = any_step();
        if ((i + 1) % between == 0)
            good = good && all_is_right() && stop();
        if (!good)
            printf("# process %d at step %u of seed %u\n", walker, i, seed);
    }
    good = files_end() && good;
    memory_hold_ids(-1);
    return good ? 0 : 1;
}

/* ------------------------------------------------------------------------------------------ all of them */

static bool servers_are_right(void)
{
    int error;

    while ((error = proc_audit(CLIENT_SLOT_PROC)) == -EAGAIN) /* the last audit was just now */
        usleep(MICROSECONDS_PER_TICK);
    return IS(error, 0);
}

/* The open segments are those of the model; orphans of killed processes may still be about to end. */
static bool segments_are_right(void)
{
    unsigned open = 0;

    for (unsigned i = 0; i < IDS; i++)
        open += board->holders[i] > 0;
    for (int i = 0; i < 5 && memory_now().segments != open; i++)
        usleep(MICROSECONDS_PER_TICK);
    return IS(memory_now().segments, open);
}

/* False at once if one of them ends before its last stop, as it then says why. */
static bool watch(void)
{
    unsigned rounds = steps / walkers / (STEPS_BETWEEN / walkers);
    bool good = true;
    char byte;

    for (unsigned round = 0; good && round < rounds; round++) {
        for (unsigned i = 0; good && i < walkers; i++)
            good = IS(read(links[i].ready[0], &byte, 1), 1);
        good = good && segments_are_right() && servers_are_right();
        for (unsigned i = 0; good && i < walkers; i++)
            good = IS(write(links[i].go[1], &byte, 1), 1);
    }
    return good;
}

static bool begin(struct link *link)
{
    bool good = IS(pipe(link->ready), 0) && IS(pipe(link->go), 0);

    link->walker = child_start(walks);
    close(link->ready[1]), close(link->go[0]);
    return good;
}

static bool end(struct link *link, bool good)
{
    close(link->ready[0]), close(link->go[1]);
    return IS(good ? child_end(link->walker) : child_kill(link->walker), EXITED(0)) && good;
}

static bool random_walk(void)
{
    bool good = true;

    seed++;
    memset(board, 0, sizeof *board);
    for (walker = 0; walker < (int)walkers; walker++)
        good = begin(&links[walker]) && good;
    good = watch() && good;
    for (unsigned i = 0; i < walkers; i++)
        good = end(&links[i], good);
    usleep(3 * MICROSECONDS_PER_TICK);
    return good;
}

static uint32_t file_pages_free(void)
{
    struct statvfs status;

    return statvfs("/", &status) ? 0 : (uint32_t)status.f_bfree;
}

static bool random_walk_gives_back(void)
{
    uint32_t pages = sizeof(struct board) / PAGE + 1, free = file_pages_free();

    board = shared_pages(pages * PAGE);
    bool good = random_walk();
    return IS(munmap(board, pages * PAGE), 0) && IS(file_pages_free(), free) && good;
}

static void take_arguments(int argc, char **argv)
{
    seed = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 1;
    steps = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : steps;
    walkers = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 0) : walkers;
    if (walkers < 1 || walkers > WALKERS_MAX)
        exit(2);
    printf("# seed %u, %u steps, %u processes\n", seed, steps, walkers);
    seed--; /* another seed for each run */
}

int main(int argc, char **argv)
{
    static const struct tap_point points[] = {{"random steps", random_walk_gives_back}};

    if (argc > 1 && strcmp(argv[1], "exit") == 0)
        return 0;
    if (argc > 4 && strcmp(argv[1], "looks") == 0)
        return processes_looks(argv + 2);
    take_arguments(argc, argv);
    return TAP_RUN(points);
}
