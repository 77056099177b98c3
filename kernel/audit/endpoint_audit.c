#include "kernel/audit/audit.h"

#include "kernel/ipc/endpoint.h"
#include "kernel/thread/thread.h"

static uint32_t audit_list(const struct list *list, enum thread_state state)
{
    uint32_t count = 0;

    for (ref_t link = list->first; link != REF(list); link = AT(struct link, link)->next) {
        assert(thread_of_link(link)->state == state);
        assert(AT(struct link, AT(struct link, link)->next)->prev == link);
        count++;
    }
    return count;
}

void endpoint_audit(struct endpoint *endpoint)
{
    uint32_t receivers = audit_list(&endpoint->receivers, THREAD_RECEIVING);
    uint32_t callers = audit_list(&endpoint->callers, THREAD_CALLING);

    assert(!receivers || !callers);
    assert(!receivers || !(endpoint->waiting & BADGE_MAX));
    assert(!callers || endpoint->waiting & ENDPOINT_CALLERS);
}
