/* Signals: "set the badge's bits at the endpoint". Bits stay there or reach one receiver; none is lost, and none
 * arrives twice. */
#include "tests/explore/checks.h"

#include "tests/explore/hardware.h"

/* The bits that the event sets at the endpoint. */
static uint32_t bits_set(const struct event *event, ref_t endpoint)
{
    uint32_t bits = 0;

    if (event->kind == EVENT_CALL && event->call != SYS_ipc_signal)
        return 0;
    for (unsigned i = 0; i < seen.authority.capabilities_count; i++) {
        const struct capability *c = &seen.authority.capabilities[i];
        bool used = event->kind == EVENT_INTERRUPT
                        ? c->bound && c->task == 0 && c->index == event->ebx
                        : event->kind == EVENT_CALL && !c->bound && c->task == seen.acting_task &&
                              c->index == event->eax >> SLOT_SHIFT;
        if (used && c->object & SLOT_SIGNAL && !(c->object & SLOT_RANGE) && object_of(c) == endpoint)
            bits |= c->value;
    }
    return bits;
}

static bool has_signal(const struct thread *t)
{
    return t->state <= THREAD_RUNNING && !t->restarting && t->registers.eax == 0 && thread_page(t)->tag == TAG_SIGNAL;
}

/* The bits that threads received in this event, whether they waited before it or began to wait in it. */
static uint32_t bits_received(const struct event *event, ref_t endpoint, unsigned *receivers)
{
    uint32_t bits = 0;

    FOR_THREADS(t)
    {
        const struct before *before = seen_thread(REF(t));
        bool waited = before && before->state == THREAD_RECEIVING;
        bool waits_now = REF(t) == seen.acting && event_is_call(event, SYS_ipc_reply_wait);
        if (!(waited || waits_now) || !has_signal(t) || slot_object(&t->receives) != endpoint)
            continue;
        bits |= t->registers.ebx;
        ++*receivers;
    }
    return bits;
}

void check_signals_arrive(const struct event *event)
{
    if (seen.others_work)
        return;
    for (unsigned i = 0; i < seen.endpoints_count; i++) {
        const struct endpoint *endpoint = AT(struct endpoint, seen.endpoints[i].ref);
        unsigned receivers = 0;
        uint32_t set = seen.endpoints[i].bits | bits_set(event, REF(endpoint));
        uint32_t received = bits_received(event, REF(endpoint), &receivers), wait = endpoint->waiting & BADGE_MAX;
        if (!(frame_at(frame_number(REF(endpoint)))->used >> (REF(endpoint) % PAGE_SIZE >> ENDPOINT_SHIFT) & 1))
            continue;
        if ((received | wait) != set || received & wait || receivers > 1)
            violation("bits 0x%x were set at an endpoint, 0x%x wait there, and %u threads received 0x%x", set, wait,
                      receivers, received);
    }
}
