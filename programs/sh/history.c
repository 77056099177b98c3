#include "programs/sh/history.h"

#include <stdlib.h>
#include <string.h>

#include "programs/sh/pool.h"

enum { LINES = 100 };

static char *lines[LINES];
static unsigned count; /* of all lines that were ever added */

const char *history_line(unsigned back)
{
    return back == 0 || back > LINES || back > count ? NULL : lines[(count - back) % LINES];
}

void history_add(const char *line)
{
    size_t length = strcspn(line, "\n");
    const char *last = history_line(1);

    if (length == strspn(line, " \t") || (last && strlen(last) == length && strncmp(last, line, length) == 0))
        return;
    char **slot = &lines[count++ % LINES];
    free(*slot);
    *slot = must_allocate(NULL, length + 1);
    memcpy(*slot, line, length);
    (*slot)[length] = 0;
}
