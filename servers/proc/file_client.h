/* A process as a client of the file server: it becomes one on request. */
#pragma once

#include "servers/proc/process.h"

/* Makes the process a client: 0, or an error. `booted` is the machine's start, or 0. */
int file_client_begin(struct process *process, uint32_t booted);

/* Tells the file server of the client's limit of processes, which comes with a share of the server's memory: 0, or an
 * error. */
int file_client_limit(struct process *process, uint32_t processes, uint32_t booted);
