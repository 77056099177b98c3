#include "servers/console/keyboard.h"

#include "libuser/sys/calls.h"
#include "servers/console/scancode.h"
#include "servers/proto/slots.h"

enum { PORT_DATA = 0x60, PORT_STATUS = 0x64, PORT_COMMAND = PORT_STATUS };
enum { STATUS_FULL = 1, STATUS_BUSY = 2, STATUS_MOUSE = 0x20, STATUS_NONE = 0xff };
enum { COMMAND_READ_SETTINGS = 0x20, COMMAND_WRITE_SETTINGS = 0x60, COMMAND_DISABLE = 0xad, COMMAND_ENABLE = 0xae };
enum { SETTING_INTERRUPT = 1, SETTING_OFF = 0x10, SETTING_TRANSLATE = 0x40 };
enum { KEYBOARD_SCAN = 0xf4 };
enum { TRIES = 10000, KEPT_MAX = 64 };

static struct scancodes scancodes;

/* The manifest gives the ports and the line, so an error can only mean that the manifest is wrong. */
static void need(err_t err)
{
    if (err)
        __builtin_trap();
}

static uint32_t slot_of(uint32_t port)
{
    return port == PORT_DATA ? CONSOLE_SLOT_KEYBOARD_DATA : CONSOLE_SLOT_KEYBOARD_STATUS;
}

static uint32_t in(uint32_t port)
{
    uint32_t value = 0;

    need(sys_port_in(slot_of(port), port, 1, &value));
    return value;
}

/* Returns false if the controller takes nothing: on some machines something else is at its ports. */
static bool out(uint32_t port, uint32_t value)
{
    for (uint32_t tries = 0; tries < TRIES; tries++)
        if (!(in(PORT_STATUS)&STATUS_BUSY)) {
            need(sys_port_out(slot_of(port), port, 1, value));
            return true;
        }
    return false;
}

static bool receive(uint32_t *value)
{
    for (uint32_t tries = 0; tries < TRIES; tries++)
        if (in(PORT_STATUS)&STATUS_FULL) {
            *value = in(PORT_DATA);
            return true;
        }
    return false;
}

/* Keys that were typed before anybody listened were meant for the firmware or the loader. */
static void forget_keys(void)
{
    for (uint32_t i = 0; i < KEPT_MAX && in(PORT_STATUS)&STATUS_FULL; i++)
        in(PORT_DATA);
}

static bool change_settings(void)
{
    uint32_t settings;

    if (!out(PORT_COMMAND, COMMAND_READ_SETTINGS) || !receive(&settings))
        return false;
    settings = (settings | SETTING_INTERRUPT | SETTING_TRANSLATE) & ~(uint32_t)SETTING_OFF;
    return out(PORT_COMMAND, COMMAND_WRITE_SETTINGS) && out(PORT_DATA, settings);
}

void keyboard_init(uint32_t endpoint_slot)
{
    if (in(PORT_STATUS) == STATUS_NONE)
        return;
    if (!out(PORT_COMMAND, COMMAND_DISABLE)) /* or a key would be taken for the settings */
        return;
    forget_keys();
    if (!change_settings() || !out(PORT_COMMAND, COMMAND_ENABLE) || !out(PORT_DATA, KEYBOARD_SCAN))
        return;
    need(sys_irq_bind(CONSOLE_SLOT_KEYBOARD_IRQ, KEYBOARD_IRQ, endpoint_slot));
    keyboard_acknowledge();
    forget_keys(); /* and the keyboard's response: while something is kept there is no new edge */
}

void keyboard_acknowledge(void)
{
    uint32_t count;

    need(sys_irq_ack(CONSOLE_SLOT_KEYBOARD_IRQ, KEYBOARD_IRQ, &count));
}

bool keyboard_get(char *byte)
{
    uint32_t status;

    while ((status = in(PORT_STATUS)) & STATUS_FULL && status != STATUS_NONE) {
        uint8_t code = (uint8_t)in(PORT_DATA);
        int32_t typed = status & STATUS_MOUSE ? -1 : scancode_byte(&scancodes, code);
        if (typed < 0)
            continue;
        *byte = (char)typed;
        return true;
    }
    return false;
}
