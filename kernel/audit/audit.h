/*
 * The audit: walks everything and panics where an invariant is broken. Builds with TALLY_AUDIT call
 * it at every eighth tick, in whatever state an interrupt finds the kernel; host tests at every few
 * steps. It changes nothing.
 */
#pragma once

#include <stdint.h>

struct audit {
    uint32_t user_frames, kernel_frames, mappings, capabilities;
};

/* Frames: each has one kind, each donated one belongs to a living task whose account counts it.
 * Nodes: as many in the mappings' trees as present entries, as many in the capabilities' trees as
 * slots in use. Everything that a header states as an invariant. */
struct audit audit_kernel(void);
