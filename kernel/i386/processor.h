/*
 * Code that runs before paging and before the processor's features are known. So it is compiled for the 486, and
 * boot/multiboot.asm calls it with segment bases that make up for the difference between its link and load addresses.
 */
#pragma once

#include <stdbool.h>

/* Finds and sets up the log's serial port. */
void log_init(void);

/* Whether the kernel also writes its log to the VGA text screen: until a server binds IRQ_LOG, and in a panic. */
extern bool log_on_screen;

/* Ends the machine, with a line in the log, if the processor lacks a feature that the kernel needs. */
void processor_check(void);

/* Ends the machine, after all of the log is sent. */
_Noreturn void machine_off(void);
