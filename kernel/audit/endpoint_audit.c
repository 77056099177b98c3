#include "kernel/audit/audit.h"

#include "kernel/ipc/endpoint.h"
#include "kernel/thread/thread.h"

static uint32_t check_list(struct link *root, enum thread_state state)
{
    uint32_t count = 0;

    for (struct link *l = AT(struct link, root->next); l != root; l = AT(struct link, l->next)) {
        const struct thread *thread = thread_of_link(REF(l));
        assert(thread->state == state);
        assert(AT(struct link, l->next)->prev == REF(l));
        count++;
    }
    return count;
}

void endpoint_audit(struct endpoint *endpoint)
{
    uint32_t receivers = check_list(&endpoint->receivers, THREAD_RECEIVING);
    uint32_t callers = check_list(&endpoint->callers, THREAD_CALLING);

    assert(!receivers || !callers);
    assert(!receivers || !(endpoint->waiting & BADGE_MAX));
    assert(!callers || endpoint->waiting & ENDPOINT_CALLERS);
}
