/*
 * The keyboard at a PC's PS/2 controller, by interrupt. Firmware lets USB keyboards look like one, as long
 * as nobody drives the USB controller.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { KEYBOARD_IRQ = 1 };

/* Keys arrive as scancodes of set 1; the badge of `endpoint_slot` is the signal for them. Without a controller
 * none ever arrive. */
void keyboard_init(uint32_t endpoint_slot);

/* After the signal: lets the next interrupt in, before the keys are taken. */
void keyboard_acknowledge(void);

/* True with the next byte that was typed. */
bool keyboard_get(char *byte);
