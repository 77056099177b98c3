/*
 * The text for the screen: console writes it, the server `screen` reads it.
 *
 * Byte i ever written is text[i % SCREEN_RING_BYTES]. The writer never waits; a slow reader loses the
 * oldest bytes (servers/lib/tail.h). Each log line stands between SCREEN_LOG and SCREEN_OUTPUT, which
 * occur nowhere else: so the start of every line says whether it is log or output.
 *
 * Both may write to these frames. That gives the reader no power: console reads only `asleep` there.
 */
#pragma once

#include "kernel/abi/abi.h"

enum { SCREEN_OUTPUT = 0x0f, SCREEN_LOG = 0x0e };
enum { SCREEN_RING_BYTES = 16384, SCREEN_RING_PAGES = 1 + SCREEN_RING_BYTES / PAGE_SIZE };

/* Bits of signals to the screen's endpoint. */
enum { SCREEN_SIGNAL_TEXT = 1 };

struct screen_ring {
    uint32_t written; /* bytes ever, modulo 2^32; counted behind the byte */
    uint32_t asleep;  /* the reader waits for SCREEN_SIGNAL_TEXT */
    char unused[PAGE_SIZE - 8];
    char text[SCREEN_RING_BYTES];
};
