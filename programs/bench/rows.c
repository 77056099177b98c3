#include "programs/bench/rows.h"

#include "libuser/ipc/ipc.h"
#include "libuser/string/format.h"
#include "servers/proto/console.h"
#include "servers/proto/proc.h"
#include "servers/proto/slots.h"

#include <string.h>

/* Prints a line by the console's own protocol, as there may be no C library. */
static __attribute__((format(printf, 1, 2))) void say(const char *format, ...)
{
    uint32_t taken;
    va_list arguments;

    va_start(arguments, format);
    uint32_t bytes = format_list((char *)message_page->words, IPC_DATA_MAX, format, arguments);
    va_end(arguments);
    (void)console_write(CLIENT_SLOT_CONSOLE, bytes, &taken);
}

_Noreturn void rows_fail(const char *what)
{
    say("bench: %s failed\n", what);
    proc_exit(CLIENT_SLOT_PROC, 1);
    __builtin_trap();
}

static int run(const struct row *row)
{
    static struct samples samples;

    samples.count = 0;
    row->run(&samples);
    if (samples.count != SAMPLES) {
        say("bench: %s has %u samples\n", row->name, (unsigned)samples.count);
        return 1;
    }
    struct figures figures = samples_figures(&samples);
    say("bench: %s %u %u %u\n", row->name, (unsigned)figures.minimum, (unsigned)figures.median,
        (unsigned)figures.maximum);
    return 0;
}

int rows_run(const struct row *rows, unsigned count, const char *name)
{
    unsigned found = 0;
    int status = 0;

    for (unsigned i = 0; i < count; i++)
        if (!name || strcmp(rows[i].name, name) == 0) {
            status |= run(&rows[i]);
            found++;
        }
    if (found)
        return status;
    say("bench: there is no row %s\n", name);
    return 2;
}
