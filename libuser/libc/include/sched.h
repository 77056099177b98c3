#pragma once

/* Lets other threads of the same priority run first. */
int sched_yield(void);
