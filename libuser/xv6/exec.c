#include "libuser/libc/internal.h"

#include <unistd.h>

int exec(char *path, char **arguments);

WEAK int exec(char *path, char **arguments)
{
    return execv(path, arguments);
}
