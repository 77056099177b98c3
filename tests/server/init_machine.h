/*
 * The kernel and the servers as init sees them: each of its calls is a line, which a test compares with what it
 * expects. Slots have names there:
 *
 *      t0 r0 h0 e0      task, thread, handler and endpoint of server 0
 *      init             init's own endpoint
 *      boot 3           what it began with
 *
 *   F1  each frame of RAM is used once; it is cleared or filled before it is mapped
 *   F2  mem gets the rest, to the end of RAM, with no frame that is used
 */
#pragma once

#include <stdbool.h>

#include "tests/server/server_run.h"

enum { MACHINE_ARCHIVE_PAGES = 117, MACHINE_TEXT_PAGES = 66 /* of the kernel test "t_test" */, FRAMES = 1 << 14 };

/* What the boot page says; how proc and console answer. Tests change it before a run. */
struct machine {
    struct boot_page boot;
    int spawn, wait, sync, pipe;
    uint32_t code, signal;
    bool has_vga, has_exit_device;
    int shells;   /* so many reports that a shell may follow are answered */
    char damaged; /* what of the archive is: 'c' a server's bytes, 'e' an image, 'n' a name;
                      's': nothing, but the program is named as the one that runs without a name */
};
extern struct machine machine;

/* The message page of the thread that runs. */
extern struct message_page *machine_page;

void machine_begin(void);
int32_t machine_call(uint32_t number, uint32_t head, struct words *words);

/* The first call whose line begins so is refused with that; if it is ERR_ACCOUNT, the shortfall is three frames. */
void machine_refuse(const char *line, int32_t result);

/* What is called when init's thread can go on no more: it does not return. */
extern void (*machine_stopped)(void);

const char *machine_lines(void);
void machine_add(const char *format, ...) __attribute__((format(printf, 1, 2)));
