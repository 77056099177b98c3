/* Calls of processes that watch a word, or what poll() waits for, and that wake others; futex_wait is a sleep. */
#pragma once

#include "libuser/ipc/server.h"
#include "servers/proc/process.h"

int32_t call_futex_watch(struct process *process, struct words *words);
int32_t call_futex_wake(struct process *process, struct words *words);
int32_t call_futex_requeue(struct process *process, struct words *words);
int32_t call_poll_watch(struct process *process, struct words *words);
int32_t call_watch_end(struct process *process, struct words *words);
