/* xv6's numbers, for programs that name them. int T_SYSCALL is not supported: it ends the process. */
#pragma once

#define SYS_fork      1
#define SYS_exit      2
#define SYS_wait      3
#define SYS_read      5
#define SYS_kill      6
#define SYS_exec      7
#define SYS_getpid    11
#define SYS_sbrk      12
#define SYS_sleep     13
#define SYS_uptime    14
#define SYS_write     16
#define SYS_shm_open  22
#define SYS_shm_close 23
