/*
 * Groups of processes and sessions, as setpgid(2) and setsid(2) have them: numbers by which processes are waited for
 * and sent signals. The terminal knows nothing of them: what is in front depends on what waits for what (front.h).
 *
 *   U1  a process begins in its parent's group and session; one that init starts, in ones of its own
 *   U2  a group is in one session
 *   U3  the leader of a session leads its group, and stays there
 */
#pragma once

#include "servers/proc/process.h"

/* The caller, or a child that has not executed a program, goes to that group of its session, or with its own number or
 * 0 to a new one: 0, -EINVAL, -ESRCH, -EACCES, -EPERM. */
int groups_set(struct process *caller, uint32_t pid, uint32_t group);

/* The caller leads a session, and a group, of its own: 0; -EPERM: there is a group of that number already. */
int groups_begin_session(struct process *caller);
