#include "kernel/audit/audit.h"

#include "kernel/vm/vspace.h"

_Static_assert(TABLE_BITS != 9 || SPACE_END == USER_END, "user space ends where its interface says");

static void audit_entry(const pte_t *entry, struct node *node)
{
    assert(!(pte_writable(entry) && pte_executable(entry)) || !(pte_low(entry) & PTE_PRESENT));
    if (!(pte_low(entry) & PTE_PRESENT) || pte_low(entry) & PTE_MESSAGE) {
        assert(!node_in_tree(node));
        return;
    }
    assert(frame_at(pte_frame(entry))->kind == FRAME_USER);
    assert(node_in_tree(node) && node->depth > 0);
    assert(pte_writable(entry) == !!(node->flags & RIGHT_WRITE));
    assert(!pte_executable(entry) || node->flags & RIGHT_EXECUTE);
    assert(node_entry(node) == entry);
}

static void audit_table(uint32_t table)
{
    assert(frame_at(table)->kind == FRAME_TABLE);
    assert(frame_at(frame_number(frame_at(table)->partner))->kind == FRAME_COMPANION);
    for (unsigned i = 0; i < TABLE_ENTRIES; i++)
        audit_entry(AT(pte_t, frame_ref(table)) + i, AT(struct node, frame_at(table)->partner) + i);
}

void vspace_audit(const struct vspace *space)
{
    for (unsigned d = 0; d < DIRECTORIES; d++) {
        if (!(pte_low(&space->directories[d]) & PTE_PRESENT))
            continue;
        const pte_t *entries = AT(pte_t, frame_ref(pte_frame(&space->directories[d])));
        for (unsigned i = 0; i < TABLE_ENTRIES; i++)
            if (pte_low(&entries[i]) & PTE_PRESENT)
                audit_table(pte_frame(&entries[i]));
    }
}
