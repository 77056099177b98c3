#include "libuser/libc/internal.h"

#include <stdio.h>
#include <string.h>

static const struct {
    int number;
    const char *text;
} errors[] = {
    {0, "Success"},
    {EPERM, "Operation not permitted"},
    {ENOENT, "No such file, program or segment"},
    {ESRCH, "No such process"},
    {EINTR, "Interrupted"},
    {EIO, "Input/output error"},
    {E2BIG, "Argument list too long"},
    {ENOEXEC, "Not a program"},
    {EBADF, "Bad file descriptor"},
    {ECHILD, "No child process"},
    {EAGAIN, "Try again"},
    {ENOMEM, "Out of memory"},
    {EACCES, "Permission denied"},
    {EFAULT, "Bad address"},
    {EBUSY, "Busy"},
    {EEXIST, "Exists already"},
    {EINVAL, "Invalid argument"},
    {ENOTTY, "Not a terminal"},
    {EPIPE, "The server is gone"},
    {ERANGE, "Result out of range"},
    {ENOSYS, "Function not implemented"},
};

WEAK char *strerror(int error)
{
    static char unknown[24];

    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (errors[i].number == error)
            return (char *)errors[i].text;
    snprintf(unknown, sizeof unknown, "Error %d", error);
    return unknown;
}
