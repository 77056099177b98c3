/*
 * Reads a ring into which a writer writes an endless text without waiting for readers:
 *
 *      byte i of all is text[i % size];  `written` are there, and the last `size` of them still
 *
 *   A1  what tail_take() returns was not overwritten meanwhile
 *   A2  the writer puts a byte, then counts it: so all but the last size - 1 bytes may be changing
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct tail {
    const volatile uint32_t *written;
    const char *text;
    uint32_t size; /* a power of two */
    uint32_t next; /* to read */
};

/* Copies at most `max` of the next bytes: their number, 0 if everything was read. *skipped: older bytes were
 * lost, and these begin a line. */
uint32_t tail_take(struct tail *tail, char *to, uint32_t max, bool *skipped);
