#include "libuser/libc/file.h"

#include <unistd.h>

/* What read gave and nobody took yet; byte 0 is kept free for ungetc. */
static unsigned char input[1 + BUFSIZ];
static size_t first = 1, end = 1;

static int fill(FILE *file)
{
    ssize_t got = read(file->fd, input + 1, BUFSIZ);

    file->eof |= got == 0;
    file->error |= got < 0;
    first = 1;
    end = got > 0 ? 1 + (size_t)got : 1;
    return got > 0;
}

WEAK int fgetc(FILE *file)
{
    if (first == end && (file->eof || !fill(file)))
        return EOF;
    return input[first++];
}

WEAK int getc(FILE *file)
{
    return fgetc(file);
}

WEAK int getchar(void)
{
    return fgetc(stdin);
}

WEAK int ungetc(int c, FILE *file)
{
    if (c == EOF || first == 0)
        return EOF;
    file->eof = 0;
    return input[--first] = (unsigned char)c;
}

WEAK char *fgets(char *to, int size, FILE *file)
{
    int n = 0, c = 0;

    if (size <= 0)
        return NULL;
    while (n < size - 1 && c != '\n' && (c = fgetc(file)) != EOF)
        to[n++] = (char)c;
    if (c == EOF && (n == 0 || file->error))
        return NULL;
    to[n] = 0;
    return to;
}

WEAK size_t fread(void *to, size_t size, size_t count, FILE *file)
{
    unsigned char *at = to;

    for (size_t done = 0; done < count; done++)
        for (size_t i = 0; i < size; i++) {
            int c = fgetc(file);
            if (c == EOF)
                return done;
            *at++ = (unsigned char)c;
        }
    return size ? count : 0;
}
