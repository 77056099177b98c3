/* shmstat: shows the shared segments: the number by which they are opened, their size, how many processes hold them. */
#include "libuser/ipc/ipc.h"
#include "servers/clients.h"
#include "servers/proto/mem.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>

int main(void)
{
    uint32_t next = 0, id, holders;
    int error;

    puts("        ID  BYTES HOLDERS");
    while (!(error = mem_segment(CLIENT_SLOT_MEM, 0, next, &next, &id, &holders)))
        if (holders)
            printf("%10d %6d %7u\n", (int)id, PAGE_SIZE, holders);
    if (error != -ENOENT)
        errx(1, "the memory server does not answer");
    return fflush(stdout) != 0;
}
