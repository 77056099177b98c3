#pragma once

#include <sys/types.h>

#define WIFEXITED(status)   (((status)&0x7f) == 0)
#define WEXITSTATUS(status) ((status) >> 8 & 0xff)
#define WIFSIGNALED(status) (((status)&0x7f) != 0)
#define WTERMSIG(status)    ((status)&0x7f)

/* The ended child's id, or -1 with ECHILD. */
pid_t wait(int *status);

/* `pid` is that of a child, or -1 for any; `options` 0. */
pid_t waitpid(pid_t pid, int *status, int options);
