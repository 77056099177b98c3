#include "servers/proc/audit.h"

#include <assert.h>
#include <errno.h>

#include "servers/proc/process.h"
#include "servers/proto/console.h"
#include "servers/proto/file.h"
#include "servers/proto/mem.h"
#include "servers/proto/slots.h"

/* In ticks: after an audit there is none for PAUSE_LEAST plus PAUSE_SHARE times its duration, so audits take at most a
 * 16th of the time. */
enum { PAUSE_SHARE = 16, PAUSE_LEAST = 4 };

static uint32_t audit_servers(void)
{
    return (uint32_t)(mem_audit(PROC_SLOT_MEM) | console_audit(PROC_SLOT_CONSOLE) | file_audit(PROC_SLOT_FILE));
}

int32_t audit_all(uint32_t tick, uint32_t (*now)(void))
{
    static uint32_t end, pause; /* of the last audit; the ticks after it without one */

    if (tick - end < pause)
        return -EAGAIN;
    assert(process_audit());
    uint32_t failed = audit_servers();
    assert(!failed);
    end = now();
    pause = PAUSE_LEAST + PAUSE_SHARE * (end - tick);
    return 0;
}
