/* Calls that transfer the arguments of programs. */
#pragma once

#include "libuser/ipc/server.h"
#include "servers/proc/process.h"

/* The arguments of a spawn or exec: those in the message or, with 0 bytes, those put before. 0, -EINVAL, or -E2BIG. */
int32_t arguments_take(struct process *process, const struct words *words, struct arguments **arguments);

/* `args` and `args_put` of proc.proto. */
int32_t call_args(struct process *process, struct words *words);
int32_t call_args_put(struct process *process, struct words *words);
