/*
 * Bytes for the keys of a PC's keyboard: scancodes of set 1, an American layout.
 *
 * Keys that type nothing in a line (arrows, function keys, Home, ...) type nothing at all.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct scancodes {
    uint8_t held; /* shift and control keys: bits of scancode.c */
    bool caps_lock, numbers_off;
    bool extended; /* the code before was 0xe0 */
    uint8_t skip;  /* remaining codes of the Pause key */
};

/* The byte that is typed with this code, or -1. */
int32_t scancode_byte(struct scancodes *state, uint8_t code);
