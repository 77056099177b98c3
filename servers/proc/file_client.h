/* A process as a client of the file server: it becomes one on request. */
#pragma once

#include "servers/proc/process.h"

/* It is one from now on: 0, or an error. `booted` is the machine's start, or 0. */
int file_client_begin(struct process *process, uint32_t booted);

/* It is to have a limit of so many processes, with which goes a part of what the file server keeps for clients: 0, or
 * an error. */
int file_client_limit(struct process *process, uint32_t processes, uint32_t booted);
