#include <assert.h>

#include "libuser/ipc/ipc.h"
#include "servers/lib/log.h"
#include "servers/proto/slots.h"

/* Replaces libuser's: a server has a log. The fault then tells init. */
_Noreturn void __assert_fail(const char *condition, const char *file, int line, const char *function)
{
    log_line(message_page, SERVER_SLOT_LOG, "%s:%d: %s(): %s does not hold", file, line, function, condition);
    __builtin_trap();
}
