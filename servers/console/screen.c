#include "servers/console/screen.h"

#include "libuser/ipc/ipc.h"
#include "libuser/sys/calls.h"
#include "servers/lib/tail.h"
#include "servers/proto/screen_ring.h"
#include "servers/proto/slots.h"

enum { RING_ADDRESS = 0x20000000, LOG_ADDRESS = RING_ADDRESS + SCREEN_RING_PAGES * PAGE_SIZE };
enum { LOG_PIECE = 1024 };

static struct screen_ring *const ring = (struct screen_ring *)RING_ADDRESS;
static uint32_t written; /* our own count: the screen can change ring->written */
static uint32_t copied;  /* of the output */
static char speaking = SCREEN_OUTPUT;
static bool at_start = true; /* of a line */
static struct tail log;
bool screen_is_there;

static void put(char byte)
{
    ring->text[written++ % SCREEN_RING_BYTES] = byte;
    __atomic_store_n(&ring->written, written, __ATOMIC_RELEASE);
}

/* Switches between output and log. An unfinished line of the other is ended first. */
static void speak(char who)
{
    if (speaking == who)
        return;
    if (!at_start)
        put('\n');
    at_start = true;
    put(who);
    speaking = who;
}

/* `asleep` is read after the text was written: see wait_for_text() of the screen. */
static void wake(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (!__atomic_load_n(&ring->asleep, __ATOMIC_RELAXED))
        return;
    __atomic_store_n(&ring->asleep, 0, __ATOMIC_RELAXED);
    err_t err = ipc_signal(CONSOLE_SLOT_SCREEN);
    if (err)
        __builtin_trap();
}

static err_t map(uint32_t slot, uint32_t address, rights_t rights, uint32_t pages)
{
    return sys_vm_map(SERVER_SLOT_TASK, address, rights, slot, pages, 0);
}

void screen_acknowledge(void)
{
    uint32_t count;
    err_t err = sys_irq_ack(CONSOLE_SLOT_LOG_IRQ, IRQ_LOG, &count);

    if (err)
        __builtin_trap();
}

/* Without a screen, init gives no ring. In both cases the kernel can stop showing its log. */
void screen_init(uint32_t endpoint_slot)
{
    err_t err = map(CONSOLE_SLOT_SCREEN_RING, RING_ADDRESS, RIGHT_READ | RIGHT_WRITE, SCREEN_RING_PAGES);

    if (err == ERR_CAP) {
        screen_acknowledge();
        return;
    }
    if (!err)
        err = map(CONSOLE_SLOT_LOG_PAGE, LOG_ADDRESS, RIGHT_READ, 1);
    if (!err)
        err = sys_irq_bind(CONSOLE_SLOT_LOG_IRQ, IRQ_LOG, endpoint_slot);
    if (err)
        __builtin_trap();
    const struct log_page *page = (const struct log_page *)LOG_ADDRESS;
    log = (struct tail){&page->written, page->text, LOG_TEXT_BYTES, 0};
    screen_is_there = true;
    screen_acknowledge();
    while (screen_log())
        ;
}

void screen_copy(const struct ring *output)
{
    if (copied == output->head)
        return;
    speak(SCREEN_OUTPUT);
    while (copied != output->head) {
        char byte = output->bytes[copied++ % RING_BYTES];
        at_start = byte == '\n';
        if (byte != SCREEN_OUTPUT && byte != SCREEN_LOG)
            put(byte);
    }
    wake();
}

/* Each line is marked anew, because the reader may have missed the lines before. */
static void log_byte(char byte)
{
    speak(SCREEN_LOG);
    if (byte != SCREEN_OUTPUT && byte != SCREEN_LOG)
        put(byte);
    at_start = byte == '\n';
    if (at_start)
        speak(SCREEN_OUTPUT);
}

bool screen_log(void)
{
    char text[LOG_PIECE];
    bool skipped;
    uint32_t bytes = tail_take(&log, text, LOG_PIECE, &skipped);

    for (uint32_t i = 0; i < bytes; i++)
        log_byte(text[i]);
    wake();
    return bytes == LOG_PIECE;
}
