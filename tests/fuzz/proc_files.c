#include "tests/fuzz/proc_files.h"

#include <errno.h>
#include <string.h>

#include "libuser/ipc/ipc.h"
#include "servers/proto/file.h"
#include "servers/proto/file_format.h"
#include "tests/fuzz/bytes.h"
#include "tests/fuzz/proc_kernel.h"
#include "tests/fuzz/proc_mem.h"
#include "tests/host/check.h"

bool fake_path_refused;

static uint32_t known[FAKE_TASKS]; /* badges, 0: free */

bool files_knows(uint32_t badge)
{
    return known[badge % FAKE_TASKS] == badge;
}

uint32_t files_count(void)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < FAKE_TASKS; i++)
        count += known[i] != 0;
    return count;
}

static int begin(uint32_t badge)
{
    CHECK(badge && !known[badge % FAKE_TASKS]);
    if (mem_refuses())
        return -ENOMEM;
    known[badge % FAKE_TASKS] = badge;
    return 0;
}

static int find_program(uint32_t *w)
{
    const char *path = (const char *)message_page->words;

    CHECK(message_page->tag == (strlen(path) + 4) / 4 && strlen(path) < FILE_DATA_MAX && (!w[1] || files_knows(w[1])));
    fake_path_refused = random_below(16) == 0;
    return fake_path_refused ? -EACCES : fake_archive_find(strrchr(path, '/') ? strrchr(path, '/') + 1 : path, w + 1);
}

int files_reply(uint32_t *w)
{
    if (w[0] == FILE_PROGRAM)
        return find_program(w);
    if (w[0] == FILE_BEGIN)
        return begin(w[1]);
    CHECK(files_knows(w[1]));
    if (w[0] == FILE_FORK)
        return begin(w[2]);
    if (w[0] == FILE_LIMIT)
        return mem_refuses() ? -ENOMEM : 0;
    if (w[0] == FILE_WORD)
        return -ENOENT;
    CHECK(w[0] == FILE_EXEC || w[0] == FILE_RELEASE);
    if (w[0] == FILE_RELEASE)
        known[w[1] % FAKE_TASKS] = 0;
    return 0;
}

void files_next(void)
{
    fake_path_refused = false;
}

void files_begin(void)
{
    memset(known, 0, sizeof known);
}
