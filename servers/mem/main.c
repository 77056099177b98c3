/* The memory server: receives, lets server.c serve the message, and replies. */
#include "libuser/ipc/ipc.h"
#include "servers/lib/log.h"
#include "servers/mem/frames.h"
#include "servers/mem/heap.h"
#include "servers/mem/server.h"
#include "servers/mem/space.h"
#include "servers/proto/slots.h"

#define HEAP_BASE 0x10000000u

static uint32_t boot_secret(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return low;
}

/* Not inlined, as it would take registers from the code after it. */
static __attribute__((noinline)) bool start(uint32_t first, uint32_t pages, uint32_t archive_pages)
{
    const struct boot_page *boot = (const struct boot_page *)BOOT_PAGE;

    heap_init((void *)HEAP_BASE);
    if (!frames_init(first, pages, boot->ranges, boot->ranges_count) || !server_init(archive_pages, boot_secret()))
        return false;

    struct frames_count count = frames_count();
    log_line(message_page, SERVER_SLOT_LOG, "mem: %u frames, %u free", count.total, count.free);
    return true;
}

/* Copies the words, so that they stay in registers while no reply is refused. */
static inline uint32_t refused(uint32_t flags, err_t why, struct words *words)
{
    struct words again = *words;

    flags = server_refused(flags, why, &again);
    *words = again;
    return flags;
}

/* Ends when receiving fails. */
static void serve(void)
{
    struct words words = {{0}};
    uint32_t flags = 0;

    for (;;) {
        int32_t badge = system_call(SYS_ipc_reply_wait | IPC_SLOTS | flags, &words);
        if (badge >= 0)
            flags = server_handle((uint32_t)badge, &words);
        else if (flags & IPC_REPLY)
            flags = refused(flags, (err_t)badge, &words);
        else
            return;
    }
}

/* The capability of slot MEM_SLOT_MEMORY begins with frame `first`. */
void server_main(uint32_t first, uint32_t pages, uint32_t archive_pages)
{
    if (start(first, pages, archive_pages))
        serve();
    else
        log_line(message_page, SERVER_SLOT_LOG, "mem: too little memory: see README.md");
}
