#include "servers/init/shutdown.h"

#include <stdbool.h>

#include "libuser/sys/calls.h"
#include "servers/lib/log.h"

enum { PORT_EXIT_DEVICE = 0xf4, PORT_SHUTDOWN = 0x8900 };

static void out(uint32_t port, uint32_t bytes, uint32_t value)
{
    err_t nobody_to_tell = sys_port_out(BOOT_SLOT_PORTS, port, bytes, value);
    (void)nobody_to_tell;
}

static void out_status(uint32_t status)
{
    out(PORT_EXIT_DEVICE, 4, status);
    for (const char *c = "Shutdown"; *c; c++)
        out(PORT_SHUTDOWN, 1, (unsigned char)*c);
}

/* QEMU ends some time after the write of the status, so the write does not show whether the device exists. A port
 * without a device reads as all ones. */
static bool is_exit_device_there(void)
{
    uint32_t value = 0;
    err_t err = sys_port_in(BOOT_SLOT_PORTS, PORT_EXIT_DEVICE, 4, &value);

    return err || value != UINT32_MAX;
}

void end_machine_if_asked_to(uint32_t status)
{
    if (is_exit_device_there())
        end_machine(status);
    out_status(status);
}

_Noreturn void end_machine(uint32_t status)
{
    out_status(status);
    for (;;) {
        struct words words = {{0}};
        err_t nobody_to_tell = sys_thread_stop(BOOT_SLOT_THREAD);
        (void)nobody_to_tell;
        ipc_reply_wait(0, &words);
    }
}

_Noreturn void end_failed(const char *why)
{
    log_line(message_page, BOOT_SLOT_LOG, "init: %s", why);
    end_machine(STATUS_FAILED);
}

void end_unless(err_t err, const char *what)
{
    if (!err)
        return;
    log_line(message_page, BOOT_SLOT_LOG, "init: %s: error %d", what, (int)err);
    end_machine(STATUS_FAILED);
}
