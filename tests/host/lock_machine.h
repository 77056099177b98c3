/* For a test of kernel/i386/lock.c and ipi.c, which it includes, with the real machine's header, and `lock_space` in
 * place of CR3. */
#pragma once

#undef MACHINE_HEADER
#define MACHINE_HEADER "tests/host/i386_machine.h"

/* Renames the functions that the host's machine has as well. */
#define arch_reschedule lock_reschedule
#define arch_tick       lock_tick
#define arch_ipi        lock_ipi
#define arch_ipi_wait   lock_ipi_wait
#define sleep           lock_sleep /* unistd.h has one */

#include "kernel/i386/instructions.h"
#undef READ_CR
#define READ_CR(n) lock_space
static const uint32_t lock_space = 0x7e000;
#include "kernel/i386/ipi.c"
#include "kernel/i386/lock.c"
#undef sleep

struct kernel kernel;
unsigned char *i386_physmap = (unsigned char *)&kernel - PAGE_SIZE;
