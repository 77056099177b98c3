/*
 * The machine that is explored: the processors of tests/model. A long call is left after each of its steps
 * (arch_preemption_point() does not return): the next step is an event of its own.
 */
#pragma once

#include "tests/model/processors.h"

#include <setjmp.h>

/* Where violation() goes, and what it says. */
extern jmp_buf on_violation;
extern char violation_text[300];

/* A fault of the host, such as a wild pointer of the kernel's, is a violation. */
void hardware_catch_signals(void);

/* Set while an event happens: where arch_preemption_point() goes. */
extern jmp_buf *on_preemption_point;
