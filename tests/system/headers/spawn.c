/* <spawn.h>: programs that are started in one call. */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

static char *words[] = {"hello", NULL};

static bool spawns(void)
{
    pid_t child = 0;
    int status = -1;

    return IS(posix_spawn(&child, "nothing", NULL, NULL, words, NULL), ENOENT) &&
           IS(posix_spawn(&child, "hello", NULL, NULL, words, NULL), 0) && IS(waitpid(child, &status, 0), child) &&
           IS(status, 0);
}

static bool with_other_files(void)
{
    posix_spawn_file_actions_t actions;
    int ends[2], status = -1;
    char byte = 0;
    pid_t child = 0;

    pipe(ends);
    posix_spawn_file_actions_init(&actions);
    bool good = IS(posix_spawn_file_actions_adddup2(&actions, ends[1], 1), 0) &&
                IS(posix_spawn_file_actions_addclose(&actions, ends[0]), 0) &&
                IS(posix_spawnp(&child, "hello", &actions, NULL, words, NULL), 0) && IS(close(ends[1]), 0) &&
                IS(read(ends[0], &byte, 1), 1) && HOLDS(byte) && IS(waitpid(child, &status, 0), child);
    posix_spawn_file_actions_destroy(&actions);
    return IS(close(ends[0]), 0) && good;
}

const struct tap_point header_spawn[] = {
    {"programs are started", spawns},
    {"with other files", with_other_files},
    {0, 0},
};
