/* A prompt is shown when its program reads, as C libraries do it where a terminal is read; musl does not. */
#include <errno.h>
#include <stdio.h>

void __show_output(void);

void __show_output(void)
{
    int kept = errno;

    fflush(NULL);
    errno = kept;
}
