/*
 * The machine that is explored: the processors of tests/model. Each step of a long call is an event of its own:
 * arch_preemption_point() does not return, and the next event may be another one.
 */
#pragma once

#include "tests/model/processors.h"

#include <setjmp.h>

/* Where violation() jumps to, and its message. */
extern jmp_buf on_violation;
extern char violation_text[300];

/* Makes a fault of the host, such as one by a wild pointer in the kernel, a violation. */
void hardware_catch_signals(void);

/* Set while an event happens: where arch_preemption_point() jumps to. */
extern jmp_buf *on_preemption_point;
