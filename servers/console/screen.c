#include "servers/console/screen.h"

#include "kernel/abi/abi.h"

void screen_init(struct screen *screen)
{
    *screen = (struct screen){.at_start = true};
}

/* The held bytes go out, behind a blank if the line is not to begin with them. */
static void release_held(struct screen *screen, bool blank)
{
    if (blank && screen->held > 0)
        ring_put(&screen->ring, ' ');
    for (uint32_t i = 0; i < screen->held; i++)
        ring_put(&screen->ring, LOG_PREFIX[i]);
    screen->held = 0;
}

static void put_byte(struct screen *screen, char byte)
{
    if (screen->at_start && byte == LOG_PREFIX[screen->held]) {
        screen->held++;
        if (LOG_PREFIX[screen->held] != 0)
            return;
        release_held(screen, true);
        screen->at_start = false;
        return;
    }
    release_held(screen, false);
    if (byte == '\n')
        ring_put(&screen->ring, '\r');
    ring_put(&screen->ring, byte);
    screen->at_start = byte == '\n' || byte == '\r';
}

void screen_put(struct screen *screen, const char *text, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++)
        put_byte(screen, text[i]);
}

void screen_show(struct screen *screen)
{
    if (screen->held == 0)
        return;
    release_held(screen, true);
    screen->at_start = false;
}

bool screen_is_clean(const struct screen *screen)
{
    return screen->at_start && screen->held == 0;
}
