/*
 * audit: the servers look whether all that they keep is as it should be: each frame, page and record is somebody's,
 * once. Where it is not, the server ends by a line in the log that says where, and with it the machine. Exit status: 0;
 * 1 if they do not answer.
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

    while ((error = proc_audit(CLIENT_SLOT_PROC)) == -EAGAIN) /* the last one was just now */
        usleep(MICROSECONDS_PER_TICK);
    if (error)
        errx(1, "the process server does not answer");
    puts("proc, mem, file and console have what they should");
    return 0;
}
