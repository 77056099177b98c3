#pragma once

#include <sys/types.h>

#define WIFEXITED(status)   (((status)&0x7f) == 0)
#define WEXITSTATUS(status) ((status) >> 8 & 0xff)
#define WIFSIGNALED(status) (((status)&0x7f) != 0)
#define WTERMSIG(status)    ((status)&0x7f)
#define WIFSTOPPED(status)  0
#define WCOREDUMP(status)   0

/* The ended child's id, or -1 with ECHILD. */
pid_t wait(int *status);

#define WNOHANG    1 /* 0 if it has not ended */
#define WUNTRACED  2 /* nothing is ever stopped */
#define WCONTINUED 8

/* `pid` is that of a child; 0 or -1: any. ECHILD: there is no such child. EFAULT: `status` is
 * nowhere. EINVAL: options. */
pid_t waitpid(pid_t pid, int *status, int options);
