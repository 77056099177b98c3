/* The calls of servers/proto/proc.proto about children, groups and sessions. */
#pragma once

#include "libuser/sys/syscall.h"
#include "servers/proc/process.h"

int32_t call_wait(struct process *process, struct words *words);
int32_t call_group(struct process *process, struct words *words);
int32_t call_set_group(struct process *process, struct words *words);
int32_t call_begin_session(struct process *process, struct words *words);
