#include "servers/init/screen.h"

#include "libuser/sys/calls.h"
#include "servers/init/frames.h"
#include "servers/init/shutdown.h"

enum { PORT_INDEX = 0x3d4, PORT_VALUE = 0x3d5, CURSOR_LOW = 15, PATTERN = 0x55 };

uint32_t screen_frames(void)
{
    const struct boot_screen *screen = &boot_page->screen;
    uint64_t bytes = (uint64_t)screen->pitch * screen->height, end = screen->address + bytes;

    if (screen->kind == SCREEN_NONE || bytes == 0 || end < bytes || end >> PAGE_BITS >= MEMORY_PAGES_MAX)
        return 0;
    return (uint32_t)((end + PAGE_SIZE - 1) >> PAGE_BITS) - (uint32_t)(screen->address >> PAGE_BITS);
}

static bool is_vga(void)
{
    uint32_t value;

    end_unless(sys_port_out(BOOT_SLOT_PORTS, PORT_INDEX, 1, CURSOR_LOW), "looking for a screen");
    end_unless(sys_port_out(BOOT_SLOT_PORTS, PORT_VALUE, 1, PATTERN), "looking for a screen");
    end_unless(sys_port_in(BOOT_SLOT_PORTS, PORT_VALUE, 1, &value), "looking for a screen");
    return value == PATTERN;
}

bool screen_is_there(void)
{
    static enum { UNKNOWN, NO, YES } known;

    if (known == UNKNOWN)
        known = screen_frames() > 0 && (boot_page->screen.kind != SCREEN_TEXT || is_vga()) ? YES : NO;
    return known == YES;
}
