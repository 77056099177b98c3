/* Headers whose calls do not exist here: <sys/sem.h>, <sys/msg.h>, <sys/shm.h>, <sys/socket.h>, <sys/epoll.h> and so
 * on. Each call returns ENOSYS. */
#include "tests/system/headers/headers.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

static const int calls[] = {
    SYS_semget,
    SYS_msgget,
    SYS_shmget,
    SYS_socket,
    SYS_socketcall,
    SYS_epoll_create1,
    SYS_eventfd2,
    SYS_inotify_init1,
    SYS_signalfd4,
    SYS_timerfd_create,
    SYS_timer_create,
    SYS_mq_open,
    SYS_prctl,
    SYS_ptrace,
    SYS_sendfile,
    SYS_setxattr,
    SYS_swapon,
    SYS_mount,
    SYS_umount2,
    SYS_sysinfo,
    SYS_syslog,
    SYS_quotactl,
    SYS_personality,
    SYS_membarrier,
    SYS_reboot,
    SYS_acct,
    SYS_iopl,
    SYS_chroot,
    SYS_clone,
    SYS_fanotify_init,
    SYS_adjtimex,
    SYS_setns,
    SYS_bpf,
    506,
    511,
    512,
    4000,
};

static bool says_so(int number)
{
    errno = 0;
    return IS(syscall(number, 0, 0, 0, 0, 0, 0), -1) && IS(errno, ENOSYS);
}

static bool none(void)
{
    bool good = true;

    for (unsigned i = 0; i < sizeof calls / sizeof calls[0]; i++)
        good = says_so(calls[i]) && good;
    return good;
}

const struct tap_point header_unserved[] = {{"calls that do not exist", none}, {0, 0}};
