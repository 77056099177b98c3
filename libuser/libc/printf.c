#include "libuser/libc/file.h"

#include <stb_sprintf.h>

struct sink {
    FILE *file;
    int result;
    char piece[STB_SPRINTF_MIN];
};

/* Takes what stb_sprintf has ready; the next piece may use the same place. */
static char *take_piece(const char *text, void *user, int length)
{
    struct sink *sink = user;

    sink->result |= __file_put(sink->file, text, (size_t)length);
    return sink->piece;
}

WEAK int vfprintf(FILE *file, const char *format, va_list arguments)
{
    struct sink sink;

    sink.file = file;
    sink.result = 0;
    int length = stbsp_vsprintfcb(take_piece, &sink, sink.piece, format, arguments);
    return sink.result ? -1 : length;
}

WEAK int vdprintf(int fd, const char *format, va_list arguments)
{
    if (fd < 0 || fd > 2)
        return __result(-EBADF, 0);
    return vfprintf(fd == 2 ? stderr : stdout, format, arguments);
}

WEAK int vprintf(const char *format, va_list arguments)
{
    return vfprintf(stdout, format, arguments);
}

WEAK int fprintf(FILE *file, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = vfprintf(file, format, arguments);
    va_end(arguments);
    return length;
}

WEAK int dprintf(int fd, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = vdprintf(fd, format, arguments);
    va_end(arguments);
    return length;
}

WEAK int printf(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = vfprintf(stdout, format, arguments);
    va_end(arguments);
    return length;
}
