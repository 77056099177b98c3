/*
 * free: shows the use of the machine's frames, of 4 KiB.
 *   programs  their pages; shared: the number that several hold, after a fork or in a segment
 *   kernel    page tables, tasks, threads, capabilities, and the memory server's own records
 *   kept      by the memory server, to be used again
 *   files     the file server's, in addition: all, and those that are free
 * Exit status: 0; 1 if a server cannot be asked.
 */
#include "libuser/ipc/ipc.h"
#include "servers/proto/mem.h"
#include "servers/proto/shm_format.h"
#include "servers/proto/slots.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "programs/lib/output.h"

struct usage {
    uint32_t programs, shared, kernel;
};

static struct usage usage_of_all(void)
{
    struct usage all = {0, 0, 0}, part = {0, 0, 0};
    uint32_t first = 0;
    int error;

    for (; !(error = mem_frame_usage(CLIENT_SLOT_MEM, first, &part.programs, &part.shared, &part.kernel));
         first += MEM_LISTED) {
        all.programs += part.programs;
        all.shared += part.shared;
        all.kernel += part.kernel;
    }
    if (error != -ENOENT)
        errx(1, "cannot get memory usage");
    return all;
}

/* A segment's pages count once, however many processes hold it. */
static int count_numbered(uint32_t *shared)
{
    uint32_t next = 0, id, holders;
    int error;

    while (!(error = mem_segment(CLIENT_SLOT_MEM, next, &next, &id, &holders)))
        *shared += holders > 1;
    return error;
}

static int count_named(uint32_t *shared)
{
    struct listed_segment segment;
    uint32_t next = 0;
    int error;

    while (!(error = mem_shm_list(CLIENT_SLOT_MEM, next, &next))) {
        memcpy(&segment, message_page->words, sizeof segment);
        *shared += segment.status.holders > 1 ? segment.frames : 0;
    }
    return error;
}

static uint32_t shared_segments(void)
{
    uint32_t shared = 0;

    if (count_numbered(&shared) != -ENOENT || count_named(&shared) != -ENOENT)
        errx(1, "cannot get memory usage");
    return shared;
}

static void show(const char *owner, uint32_t frames)
{
    printf("%-10s %8u frames %8u KiB\n", owner, frames, frames * 4);
}

int main(void)
{
    uint32_t available, total, segments;
    struct usage usage = usage_of_all();
    struct statvfs files;

    if (mem_info(CLIENT_SLOT_MEM, &available, &total, &segments))
        errx(1, "cannot get memory usage");
    uint32_t unused = total - usage.programs - usage.kernel, kept = available > unused ? available - unused : 0;
    show("total", total);
    show("programs", usage.programs);
    show("  shared", usage.shared + shared_segments());
    show("kernel", usage.kernel - kept);
    show("kept", kept);
    show("free", unused);
    if (statvfs("/", &files) < 0)
        err(1, "cannot get file system usage");
    show("files", (uint32_t)files.f_blocks);
    show("  free", (uint32_t)files.f_bfree);
    return output_failed();
}
