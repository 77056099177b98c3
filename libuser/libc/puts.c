#include "libuser/libc/file.h"

#include <string.h>

WEAK int fputs(const char *text, FILE *file)
{
    return __file_put(file, text, strlen(text));
}

WEAK int puts(const char *text)
{
    return fputs(text, stdout) == EOF ? EOF : __file_put(stdout, "\n", 1);
}

WEAK int fputc(int c, FILE *file)
{
    char byte = (char)c;
    return __file_put(file, &byte, 1) == EOF ? EOF : (unsigned char)c;
}

WEAK int putc(int c, FILE *file)
{
    return fputc(c, file);
}

WEAK int putchar(int c)
{
    return fputc(c, stdout);
}

WEAK size_t fwrite(const void *from, size_t size, size_t count, FILE *file)
{
    size_t bytes;

    if (__builtin_mul_overflow(size, count, &bytes) || __file_put(file, from, bytes) == EOF)
        return 0;
    return size ? count : 0;
}
