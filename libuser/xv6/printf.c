#include "libuser/xv6/call.h"
#include "libuser/xv6/format.h"

enum { OUTPUT_BYTES = 256 }; /* so many fit in a message */

struct output {
    int fd;
    size_t used;
    char text[OUTPUT_BYTES];
};

void xv6_printf(int fd, const char *format, ...);

static void send(struct output *output)
{
    if (output->used)
        linux_call(SYS_write, (uint32_t)output->fd, (uintptr_t)output->text, output->used);
    output->used = 0;
}

static void put(void *to, const char *text, size_t bytes)
{
    struct output *output = to;

    for (size_t i = 0; i < bytes; i++) {
        output->text[output->used++] = text[i];
        if (output->used == OUTPUT_BYTES)
            send(output);
    }
}

/* The output of one call is one write, unless it is longer. */
WEAK void xv6_printf(int fd, const char *format, ...)
{
    struct output output;
    va_list arguments;

    output.fd = fd;
    output.used = 0;
    va_start(arguments, format);
    xv6_format(put, &output, format, arguments);
    va_end(arguments);
    send(&output);
}
