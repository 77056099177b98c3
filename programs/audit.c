/*
 * audit: asks the servers to check all their records: each frame, page and record must have exactly one owner. A server
 * that finds an error ends with a line in the log, and the machine ends with it. Exit status: 0; 1 if they cannot be
 * asked.
 */
#include "libuser/ipc/ipc.h"
#include "servers/proto/proc.h"
#include "servers/proto/slots.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum { MICROSECONDS_PER_TICK = 10000 };

int main(void)
{
    int error;

    while ((error = proc_audit(CLIENT_SLOT_PROC)) == -EAGAIN) /* the last audit was just now */
        usleep(MICROSECONDS_PER_TICK);
    if (error)
        errx(1, "cannot audit the servers");
    puts("proc, mem, file and console have what they should");
    return 0;
}
