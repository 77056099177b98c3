/*
 * The devices of the console server, as far as it relies on them: the port, the keyboard's controller, the screen's
 * ring and the log's page.
 *
 * The port's interrupt is a level that the kernel sees rise: while it stays up there is no further one. A byte that is
 * put leaves the port when somebody looks at its status, or when time passes.
 */
#pragma once

#include <stdbool.h>

#include "tests/server/server_run.h"

struct machine_parts {
    bool has_port, has_keyboard, has_screen;
    bool is_instant; /* what is put has left the port at once, as in a virtual machine */
};

/* A byte went out; the server took one that was typed or sent, one of a key. 0: nobody looks. */
struct machine_sinks {
    void (*put)(char byte);
    void (*received)(char byte);
    void (*typed)(uint8_t scancode);
};

void machine_begin(struct machine_parts parts, const struct machine_sinks *sinks);
int32_t machine_call(uint32_t number, uint32_t head, struct words *words);

/* A byte arrives at the port; a key's code at the keyboard; text comes to the log. */
void machine_send(char byte);
void machine_key(uint8_t scancode);
void machine_log(const char *text);

/* All that is in the port leaves it. */
void machine_time_passes(void);
bool machine_port_is_empty(void);

/* The bits of the signals that are due, which are taken. */
uint32_t machine_signals(void);

/* True if proc was signalled, which is taken. */
bool machine_told_proc(void);

/* What comes without the test: the server's signals to itself, and calls of a proc to which everybody is in the
 * foreground, and which asks for all that is due, as caller MACHINE_PROC. False: nothing. */
enum { MACHINE_PROC = SERVER_CALLERS - 1 };
bool machine_goes_on(struct server_message *message);

/* True if the answer was proc's. */
bool machine_proc_is_answered(uint32_t caller, const struct words *words);

/* What it heard last: ticks are wanted. */
bool machine_wants_ticks(void);

/* Of the screen's ring what came since the last time, one byte; false: nothing. */
bool machine_screen_byte(char *byte);
