/* Locks by fcntl. */
#pragma once

#include "libuser/vdso/vdso.h"

/* Linux's commands, of which there are three each: F_GETLK, F_SETLK, F_SETLKW; and those of struct flock64. */
enum { LOCKS_GET = 5, LOCKS_WAIT = 7, LOCKS_GET_64 = 12, LOCKS_WAIT_64 = 14 };

static inline bool locks_is_command(uint32_t command)
{
    return (command >= LOCKS_GET && command <= LOCKS_WAIT) || (command >= LOCKS_GET_64 && command <= LOCKS_WAIT_64);
}

/* The call of one of them by a process that has files. */
int32_t locks_control(arguments_t a, uint32_t number);
