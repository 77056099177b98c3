/* The list of processes, which everybody may see. */
#pragma once

#include "servers/proc/process.h"
#include "servers/proto/process_format.h"

/* The first process from *index on, except init; *index moves behind it. False: there are no more. */
bool listing_next(uint32_t *index, struct listed_process *listed);
