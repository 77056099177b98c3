/* shmstat: shows the shared segments: their number or name, their size, the number of processes that hold them, and the
 * rights with which another process can open them. */
#include "libuser/ipc/ipc.h"
#include "servers/proto/mem.h"
#include "servers/proto/shm_format.h"
#include "servers/proto/slots.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "programs/lib/output.h"

enum { MAY_WRITE = 2 };

static void show(const struct listed_segment *segment)
{
    const struct shm_status *status = &segment->status;

    if (!status->holders)
        return;
    const char *rights = !segment->name[0] ? "--" : status->rights & MAY_WRITE ? "rw" : "r-";
    printf("%10s %9u %7u     %s\n", segment->name[0] ? segment->name : "(unlinked)", status->pages * PAGE_SIZE,
           status->holders, rights);
}

/* Shows segments of one page, which have a number. */
static int show_numbered(void)
{
    uint32_t next = 0, id, holders;
    int error;

    while (!(error = mem_segment(CLIENT_SLOT_MEM, next, &next, &id, &holders)))
        if (holders)
            printf("%10d %9d %7u     rw\n", (int)id, PAGE_SIZE, holders);
    return error;
}

static int show_named(void)
{
    struct listed_segment segment;
    uint32_t next = 0;
    int error;

    while (!(error = mem_shm_list(CLIENT_SLOT_MEM, next, &next))) {
        memcpy(&segment, message_page->words, sizeof segment);
        show(&segment);
    }
    return error;
}

int main(void)
{
    puts("       KEY     BYTES HOLDERS RIGHTS");
    if (show_numbered() != -ENOENT || show_named() != -ENOENT)
        errx(1, "cannot list the segments");
    return output_failed();
}
