/*
 * The audit: walks everything and panics where an invariant is broken. Builds with TALLY_AUDIT call
 * it at every eighth tick, in whatever state an interrupt finds the kernel; host tests at every few
 * steps. It changes nothing.
 */
#pragma once

#include "kernel/arch/arch.h"

struct audit {
    uint32_t user_frames, kernel_frames, mappings, capabilities;
};

/* Frames: each has one kind, each donated one belongs to a living task whose account counts it.
 * Nodes: as many in the mappings' trees as present entries, as many in the capabilities' trees as
 * slots in use. Everything that a header states as an invariant. */
struct audit audit_kernel(void);

/* Its walkers: each panics unless the invariants hold that its header states, N1 to N3 in the tree of `root`, S1 to S3
 * for the slots of a tree, and so on. node_audit() returns the number of nodes without the root. */
struct endpoint;
struct node;
struct vspace;
struct thread;
uint32_t node_audit(const struct node *root);
void slot_audit(const struct node *root);
void vspace_audit(const struct vspace *space);
void thread_audit(struct thread *thread);
void endpoint_audit(struct endpoint *endpoint);
