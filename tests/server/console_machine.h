/*
 * The devices of the console server, as far as it relies on them: the port, the keyboard's controller, the screen's
 * ring and the log's page.
 *
 * The port's interrupt line is a level, and the kernel sees only its rise: while it stays up there is no further
 * interrupt. A byte that is written leaves the port when its status is read, or when time passes.
 */
#pragma once

#include <stdbool.h>

#include "tests/server/server_run.h"

struct machine_parts {
    bool has_port, has_keyboard, has_screen;
    bool is_instant; /* written bytes leave the port at once, as in a virtual machine */
};

/* Called when a byte goes out, and when the server takes a received byte or a key's byte. 0: not called. */
struct machine_sinks {
    void (*put)(char byte);
    void (*received)(char byte);
    void (*typed)(uint8_t scancode);
};

void machine_begin(struct machine_parts parts, const struct machine_sinks *sinks);
int32_t machine_call(uint32_t number, uint32_t head, struct words *words);

/* A byte arrives at the port, a scan code at the keyboard, a text in the log. */
void machine_send(char byte);
void machine_key(uint8_t scancode);
void machine_log(const char *text);

/* All bytes in the port leave it. */
void machine_time_passes(void);
bool machine_port_is_empty(void);

/* The bits of the signals that are due; they are taken. */
uint32_t machine_signals(void);

/* True if proc was signalled; the signal is taken. */
bool machine_signalled_proc(void);

/* The next message that does not come from the test: a signal of the server to itself, or a call of a simple proc, for
 * which every reader is in the foreground, and which asks for everything that is due. Its caller is MACHINE_PROC. False
 * if there is none. */
enum { MACHINE_PROC = SERVER_CALLERS - 1 };
bool machine_continues(struct server_message *message);

/* Handles the reply if it is proc's; true if it was. */
bool machine_is_reply_to_proc(uint32_t caller, const struct words *words);

/* What the last reply told proc: ticks are wanted. */
bool machine_wants_ticks(void);

/* The next byte of the screen's ring; false if there is none. */
bool machine_screen_byte(char *byte);
