/*
 * Process groups and sessions, as in setpgid(2) and setsid(2): numbers for waits and signals. The terminal does not use
 * them: the foreground depends on waits (foreground.h).
 *
 *   U1  a process begins in its parent's group and session; a process that init starts begins in new ones
 *   U2  a group is in one session
 *   U3  the leader of a session leads its group, and stays there
 */
#pragma once

#include "servers/proc/process.h"

/* Moves the caller, or a child that has not executed a program, to a group of its session or, with its own number or 0,
 * to a new group: 0, -EINVAL, -ESRCH, -EACCES, -EPERM. */
int groups_set(struct process *caller, uint32_t pid, uint32_t group);

/* Makes the caller lead a new session and group: 0; -EPERM: there is a group of that number already. */
int groups_begin_session(struct process *caller);
