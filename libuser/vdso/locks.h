/* Locks by fcntl. */
#pragma once

#include "libuser/vdso/vdso.h"

/* Linux's commands, in three groups of three: F_GETLK, F_SETLK, F_SETLKW; the same with struct flock64; F_OFD_GETLK and
 * so on, also with struct flock64. */
enum { LOCKS_GET = 5, LOCKS_WAIT = 7, LOCKS_GET_64 = 12, LOCKS_WAIT_64 = 14, LOCKS_OFD_GET = 36, LOCKS_OFD_WAIT = 38 };

static inline bool locks_is_command(uint32_t command)
{
    return (command >= LOCKS_GET && command <= LOCKS_WAIT) || (command >= LOCKS_GET_64 && command <= LOCKS_WAIT_64) ||
           (command >= LOCKS_OFD_GET && command <= LOCKS_OFD_WAIT);
}

/* Makes such a call for a process that has files. */
int32_t locks_control(arguments_t a, uint32_t number);
