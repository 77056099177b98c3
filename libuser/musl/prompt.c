/* Shows a prompt when its program reads from a terminal, as other C libraries do; musl does not. */
#include <errno.h>
#include <stdio.h>

void __show_output(void);

void __show_output(void)
{
    int kept = errno;

    fflush(NULL);
    errno = kept;
}
