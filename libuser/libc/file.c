#include "libuser/libc/file.h"

#include <string.h>

FILE __stdin = {.fd = 0}, __stdout = {.fd = 1}, __stderr = {.fd = 2};

int __file_put(FILE *file, const char *text, size_t bytes)
{
    int result = __console_put(text, bytes);

    if (file->fd == 2)
        result |= __console_flush();
    file->error |= result != 0;
    return result ? EOF : 0;
}

WEAK int fflush(FILE *file)
{
    int result = __console_flush();

    if (file)
        file->error |= result != 0;
    return result ? EOF : 0;
}

WEAK int feof(FILE *file)
{
    return file->eof;
}

WEAK int ferror(FILE *file)
{
    return file->error;
}

WEAK void clearerr(FILE *file)
{
    file->eof = file->error = 0;
}

WEAK int fileno(FILE *file)
{
    return file->fd;
}
