/*
 * The screen server: shows what console writes into the ring (servers/proto/screen_ring.h). It has the
 * priority of programs, and nobody waits for it, because drawing on a framebuffer is slow.
 */
#include "libuser/ipc/ipc.h"
#include "libuser/sys/calls.h"
#include "servers/lib/log.h"
#include "servers/lib/tail.h"
#include "servers/proto/screen_ring.h"
#include "servers/proto/slots.h"
#include "servers/screen/display.h"

enum { RING_ADDRESS = 0x20000000, FRAMES_ADDRESS = 0x40000000, PIECE = 512 };
enum { PORT_INDEX = 0x3d4, PORT_VALUE = 0x3d5, CURSOR_HIGH = 14, CURSOR_LOW = 15 };

static struct screen_ring *const ring = (struct screen_ring *)RING_ADDRESS;
static struct terminal terminal;
static struct display display;

/* Init gave these capabilities, so a refusal can only be our mistake. */
static void need(err_t err)
{
    if (err)
        __builtin_trap();
}

static void map(uint32_t slot, uint32_t address, uint32_t pages)
{
    for (uint32_t page = 0; page < pages; page += CALL_PAGES_MAX) {
        uint32_t count = pages - page < CALL_PAGES_MAX ? pages - page : CALL_PAGES_MAX;
        need(sys_vm_map(SERVER_SLOT_TASK, address + page * PAGE_SIZE, RIGHT_READ | RIGHT_WRITE, slot, count, page));
    }
}

static void move_cursor(uint32_t cell)
{
    const uint32_t writes[][2] = {
        {PORT_INDEX, CURSOR_HIGH}, {PORT_VALUE, cell >> 8}, {PORT_INDEX, CURSOR_LOW}, {PORT_VALUE, cell & 255}};

    for (uint32_t i = 0; i < 4; i++)
        need(sys_port_out(SCREEN_SLOT_PORTS, writes[i][0], 1, writes[i][1]));
}

/* Sleeps until there is text. Console writes the text, then reads `asleep`; we set `asleep`, then read what is
 * written. So at least one of the two sees the other. */
static void wait_for_text(uint32_t read)
{
    struct words words = {{0}};

    __atomic_store_n(&ring->asleep, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&ring->written, __ATOMIC_SEQ_CST) == read)
        ipc_reply_wait(0, &words);
    __atomic_store_n(&ring->asleep, 0, __ATOMIC_SEQ_CST);
}

/* Takes all the text, or as much of its end as a screen can show, then draws once. */
static void show(struct tail *tail)
{
    char text[PIECE];
    bool skipped;

    for (uint32_t taken = 0, bytes; taken < SCREEN_RING_BYTES; taken += bytes) {
        bytes = tail_take(tail, text, PIECE, &skipped);
        if (bytes == 0)
            break;
        if (skipped)
            terminal_skipped(&terminal);
        terminal_write(&terminal, text, bytes);
    }
    display_show(&display, &terminal);
}

/* A screen in a mode that we cannot draw in stays black. */
_Noreturn static void stay_black(const struct boot_screen *screen)
{
    struct words words = {{0}};

    log_line(message_page, SERVER_SLOT_LOG, "screen: mode %u x %u with %u bits for each pixel is not supported",
             (unsigned)screen->width, (unsigned)screen->height, (unsigned)screen->bits_per_pixel);
    for (;;)
        ipc_reply_wait(0, &words);
}

/* esi: the screen's frames. */
void server_main(uint32_t ebx, uint32_t esi, uint32_t edi)
{
    const struct boot_screen *screen = &((const struct boot_page *)BOOT_PAGE)->screen;
    struct tail tail = {&ring->written, ring->text, SCREEN_RING_BYTES, 0};

    (void)ebx, (void)edi;
    map(SCREEN_SLOT_RING, RING_ADDRESS, SCREEN_RING_PAGES);
    map(SCREEN_SLOT_FRAMES, FRAMES_ADDRESS, esi);
    if (!display_open(&display, screen, (void *)FRAMES_ADDRESS, move_cursor))
        stay_black(screen);
    terminal_init(&terminal, display.columns, display.rows);
    for (;;) {
        show(&tail);
        wait_for_text(tail.next);
    }
}
