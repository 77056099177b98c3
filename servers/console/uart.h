/*
 * COM1, a 16550: both directions by interrupt, with its FIFOs.
 *
 * Without such a port, output is dropped and there is no input.
 *
 * The line is edge-triggered: it is unmasked first, then all conditions of the device are handled, so
 * that a condition in between makes a new edge.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { UART_FIFO = 16, UART_BAUD = 115200, UART_IRQ = 4 };

/* 8 data bits, no parity, 1 stop bit; the badge of `endpoint_slot` is the signal of an interrupt. */
void uart_init(uint32_t endpoint_slot);

/* After an interrupt's signal: lets the next one in. */
void uart_acknowledge(void);

/* True with a byte that came in. */
bool uart_get(char *byte);

/* True if UART_FIFO bytes may be put. */
bool uart_can_put(void);
void uart_put(char byte);

/* With `wanted`, which is the initial state, an interrupt comes when a byte has arrived. `wanted` must be false while
 * no bytes are taken: the line would stay raised and hide all further interrupts. */
void uart_want_input(bool wanted);

/* With `wanted` an interrupt comes when uart_can_put() turns true. */
void uart_want_room(bool wanted);

/* Waits for the last bit on the wire, at most about one character's time. */
void uart_drain(void);

/* A burst is what the port did since other threads last ran, or since the last tick. On a wire a tick brings at most
 * 115 bytes, which are one burst. A faster port, as in a virtual machine, must not keep programs from running by one
 * interrupt after the other. */
void uart_begin_burst(void);
bool uart_burst_is_long(void); /* it may be over before the next tick */
bool uart_burst_is_over(void);
