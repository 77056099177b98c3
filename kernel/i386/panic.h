/* The ends of the machine; panic() itself is in kernel/lib/kassert.h. */
#pragma once

#include "kernel/arch/arch.h"

_Noreturn void panic_registers(const char *what, const struct registers *registers);

/* What the double fault's task runs. */
_Noreturn void panic_double_fault(void);
