/* The servers and their capabilities: the table of docs/architecture.md. */
#include "servers/init/manifest.h"

#include "servers/proto/screen_ring.h"

const struct manifest_entry manifest[SERVERS] = {
    [SERVER_MEM] =
        {
            .name = "mem",
            .priority = PRIORITY_MEM,
            .task_rights = RIGHT_CONTROL,
            .account_pages = 32,
            .sees_boot_page = true,
            .grants =
                {
                    {GRANT_RAM, MEM_SLOT_MEMORY, RIGHT_ALL, 0, 0},
                    {GRANT_ARCHIVE, MEM_SLOT_ARCHIVE, RIGHT_READ | RIGHT_EXECUTE | RIGHT_GRANT, 0, 0},
                    {GRANT_SHARE_OF, MEM_SLOT_FILES, RIGHT_READ, SERVER_FILE, 0},
                    {GRANT_ENDPOINT, MEM_SLOT_FATAL_FAULT, RIGHT_SIGNAL, SERVER_PROC, PROC_SIGNAL_FATAL_FAULT},
                },
        },
    [SERVER_CONSOLE] =
        {
            .name = "console",
            .priority = PRIORITY_CONSOLE,
            .task_rights = RIGHT_CONTROL,
            .account_pages = 20,
            .grants =
                {
                    {GRANT_PORTS, CONSOLE_SLOT_PORTS, RIGHT_READ | RIGHT_WRITE, 0x3f8, 8},
                    {GRANT_IRQS, CONSOLE_SLOT_IRQ, RIGHT_CONTROL, 4, 1},
                    {GRANT_PORTS, CONSOLE_SLOT_KEYBOARD_DATA, RIGHT_READ | RIGHT_WRITE, 0x60, 1},
                    {GRANT_PORTS, CONSOLE_SLOT_KEYBOARD_STATUS, RIGHT_READ | RIGHT_WRITE, 0x64, 1},
                    {GRANT_IRQS, CONSOLE_SLOT_KEYBOARD_IRQ, RIGHT_CONTROL, 1, 1},
                    {GRANT_ENDPOINT, CONSOLE_SLOT_SCREEN, RIGHT_SIGNAL, SERVER_SCREEN, SCREEN_SIGNAL_TEXT},
                    {GRANT_SCREEN_RING, CONSOLE_SLOT_SCREEN_RING, RIGHT_READ | RIGHT_WRITE, 0, 0},
                    {GRANT_BOOT, CONSOLE_SLOT_LOG_PAGE, RIGHT_READ, BOOT_SLOT_LOG_PAGE, 0},
                    {GRANT_IRQS, CONSOLE_SLOT_LOG_IRQ, RIGHT_CONTROL, IRQ_LOG, 1},
                    {GRANT_ENDPOINT, CONSOLE_SLOT_PROC, RIGHT_SIGNAL, SERVER_PROC, PROC_SIGNAL_CONSOLE},
                },
        },
    [SERVER_FILE] =
        {
            .name = "file",
            .priority = PRIORITY_FILE,
            .task_rights = RIGHT_CONTROL,
            .account_pages = 20,
            .grants =
                {
                    {GRANT_SHARE, FILE_SLOT_MEMORY, RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT | RIGHT_OWN, 0, FILE_SHARE},
                    {GRANT_ARCHIVE, FILE_SLOT_ARCHIVE, RIGHT_READ | RIGHT_GRANT, 0, 0},
                    {GRANT_IRQS, FILE_SLOT_TICK, RIGHT_CONTROL, IRQ_TICK, 1},
                    {GRANT_ENDPOINT, FILE_SLOT_PROC, RIGHT_SIGNAL, SERVER_PROC, PROC_SIGNAL_FILE},
                },
        },
    [SERVER_PROC] =
        {
            .name = "proc",
            .priority = PRIORITY_PROC,
            .task_rights = RIGHT_CONTROL,
            .account_pages = 32 + 11 + 1, /* all leaves of its table of slots; the message page of a second thread */
            .sees_boot_page = true,
            .grants =
                {
                    {GRANT_ENDPOINT, PROC_SLOT_MEM, RIGHT_CALL | RIGHT_GRANT, SERVER_MEM, 0},
                    {GRANT_ENDPOINT, PROC_SLOT_CONSOLE, RIGHT_CALL | RIGHT_GRANT, SERVER_CONSOLE, 0},
                    {GRANT_ENDPOINT, PROC_SLOT_FILE, RIGHT_CALL | RIGHT_GRANT, SERVER_FILE, 0},
                    {GRANT_IRQS, PROC_SLOT_TICK, RIGHT_CONTROL, IRQ_TICK, 1},
                    {GRANT_ARCHIVE, PROC_SLOT_ARCHIVE, RIGHT_READ, 0, 0},
                    {GRANT_PORTS, PROC_SLOT_CLOCK, RIGHT_READ | RIGHT_WRITE, 0x70, 2},
                },
        },
    [SERVER_SCREEN] = /* started only if there is a screen */
    {
        .name = "screen",
        .priority = PRIORITY_SCREEN,
        .task_rights = RIGHT_CONTROL,
        .account_pages = 16,
        .sees_boot_page = true,
        .grants =
            {
                {GRANT_SCREEN, SCREEN_SLOT_FRAMES, RIGHT_READ | RIGHT_WRITE, 0, 0},
                {GRANT_SCREEN_RING, SCREEN_SLOT_RING, RIGHT_READ | RIGHT_WRITE, 0, 0},
                {GRANT_PORTS, SCREEN_SLOT_PORTS, RIGHT_WRITE, 0x3d4, 2},
            },
    },
};

const struct manifest_entry manifest_test = {
    .priority = PRIORITY_INIT,
    .task_rights = RIGHT_CONTROL | RIGHT_GRANT,
    .account_pages = 64,
    .sees_boot_page = true,
    .grants =
        {
            {GRANT_FRAMES, TEST_SLOT_MEMORY, RIGHT_ALL, 0, TEST_FRAMES},
            {GRANT_PORTS, TEST_SLOT_PORTS, RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT, 0x3f8, 8},
            {GRANT_IRQS, TEST_SLOT_IRQS, RIGHT_CONTROL | RIGHT_GRANT, 0, IRQ_COUNT},
            {GRANT_ENDPOINT, TEST_SLOT_MEM, RIGHT_CALL | RIGHT_GRANT, SERVER_MEM, 0},
            {GRANT_PORTS, TEST_SLOT_RTC, RIGHT_READ | RIGHT_WRITE, 0x70, 2},
            {GRANT_INIT, TEST_SLOT_INIT, RIGHT_CALL | RIGHT_SIGNAL, 0, 0},
            {GRANT_BOOT, TEST_SLOT_LOG_PAGE, RIGHT_READ, BOOT_SLOT_LOG_PAGE, 0},
            {GRANT_BOOT, TEST_SLOT_SCREEN, RIGHT_READ | RIGHT_WRITE, BOOT_SLOT_SCREEN, 0},
        },
};
