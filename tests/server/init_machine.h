/*
 * The kernel and the servers as init sees them: each of its calls becomes a line, which a test compares with those that
 * it expects. Names of slots in the lines:
 *
 *      t0 r0 h0 e0      task, thread, handler and endpoint of server 0
 *      init             init's own endpoint
 *      boot 3           a slot that init has from the start
 *
 *   F1  each frame of RAM is used once; it is cleared or filled before it is mapped
 *   F2  mem gets the rest, to the end of RAM, with no frame that is used
 */
#pragma once

#include <stdbool.h>

#include "tests/server/server_run.h"

enum { MACHINE_ARCHIVE_PAGES = 117, MACHINE_TEXT_PAGES = 66 /* of the kernel test "t_test" */, FRAMES = 1 << 14 };

/* The contents of the boot page, and how proc and console reply. Tests change this before a run. */
struct machine {
    struct boot_page boot;
    int spawn, wait, sync, pipe;
    uint32_t code, signal;
    bool has_vga, has_exit_device;
    int shells;   /* so many times init may report that it starts a shell */
    char damaged; /* the damaged part of the archive: 'c' a server's bytes, 'e' an image, 'n' a name; 's': none, but
                     the program has the name of the one that runs by default */
};
extern struct machine machine;

/* The message page of the thread that runs. */
extern struct message_page *machine_page;

void machine_begin(void);
int32_t machine_call(uint32_t number, uint32_t head, struct words *words);

/* Refuses the first call whose line begins with `line` with that result. With ERR_ACCOUNT the shortfall is three
 * frames. */
void machine_refuse(const char *line, int32_t result);

/* Called when init's thread cannot continue; does not return. */
extern void (*machine_stopped)(void);

const char *machine_lines(void);
void machine_add(const char *format, ...) __attribute__((format(printf, 1, 2)));
