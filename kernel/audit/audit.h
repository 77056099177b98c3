/*
 * The audit: checks all frames, trees and objects, and panics if an invariant is broken. Builds with TALLY_AUDIT
 * call it at every eighth tick, in whatever state the interrupt finds the kernel; host tests call it after
 * every few steps. It changes nothing.
 */
#pragma once

#include "kernel/mem/node.h"

struct audit {
    uint32_t user_frames, kernel_frames, mappings, capabilities;
};

/* Checks what headers state as invariants, as far as it holds at every interrupt (tests/model/invariants.h checks more,
 * between two events): each frame has one kind, and each donated frame belongs to a task whose account counts it;
 * mapping trees have as many nodes as there are present entries, and capability trees as many as there are slots in
 * use; and so on. */
struct audit audit_kernel(void);

/* Its walkers. Each panics unless the invariants of its header hold: N1 to N3 in the tree of `root`, S1 to S3 for the
 * slots of a tree, and so on. node_audit() returns the number of nodes without the root. */
struct endpoint;
struct vspace;
struct thread;
uint32_t node_audit(const struct node *root);
void slot_audit(const struct node *root);
void vspace_audit(const struct vspace *space);
void thread_audit(struct thread *thread);
void endpoint_audit(struct endpoint *endpoint);

/* Whether a node, not a root, is in a tree: N4. */
ALWAYS_INLINE bool node_in_tree(const struct node *node)
{
    return node->next != 0;
}
