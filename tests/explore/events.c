#include "tests/explore/events.h"

#include <stdlib.h>

enum { EVENTS_MAX = 20000 };
static struct event events[EVENTS_MAX];
static unsigned events_count;

const char *const error_names[ERRORS] = {
    "OK",
#define ERROR(number, name, summary) [-(number)] = #name,
#include "kernel/abi/errors.def"
};

/* ---------------------------------------------------------------------------------- one list of calls */

/* Does not compile if events.def lacks a call. */
enum {
#define CALL(name, ...) LISTED_##name,
#define MESSAGE(name)   LISTED_##name,
#include "tests/explore/events.def"
#undef CALL
#undef MESSAGE
};
#define SYSCALL(number, name, slot, arguments, result, errors, summary)                                                \
    _Static_assert((int)LISTED_##name == (number), "events.def lists the calls as syscalls.def does");
#include "kernel/abi/syscalls.def"

static const struct values none = LIST(0), no_call = {NULL, 0};

/* Each of `low` with each of `high`, `shift` bits higher. */
static struct values combined(struct values low, struct values high, unsigned shift)
{
    uint32_t *values = calloc(low.count * high.count + 1, sizeof *values);
    unsigned count = 0;

    for (unsigned h = 0; h < high.count; h++)
        for (unsigned l = 0; l < low.count; l++)
            values[count++] = low.values[l] | high.values[h] << shift;
    return (struct values){values, count};
}

static struct values low_high(struct values low, struct values high)
{
    return combined(low, high, 16);
}

static struct values with(struct values a, struct values b)
{
    return combined(a, b, 0);
}

static void add(struct event event)
{
    if (events_count == EVENTS_MAX)
        abort();
    events[events_count++] = event;
}

/* All combinations of a call's slot and arguments. The first list varies fastest. */
static void add_calls(unsigned call, const struct values lists[5])
{
    unsigned total = 1;

    for (unsigned i = 0; i < 5; i++)
        total *= lists[i].count;
    for (unsigned n = 0; n < total; n++) {
        uint32_t value[5];
        unsigned rest = n;
        for (unsigned i = 0; i < 5; rest /= lists[i].count, i++)
            value[i] = lists[i].values[rest % lists[i].count];
        if (value[0] >= CSPACE_SLOTS)
            abort();
        add((struct event){.kind = EVENT_CALL,
                           .call = (uint8_t)call,
                           .eax = call | value[0] << SLOT_SHIFT,
                           .ebx = value[1],
                           .esi = value[2],
                           .edi = value[3],
                           .ebp = value[4]});
    }
}

/* ---------------------------------------------------------------------------------- messages */

static void add_message(struct event event, uint32_t slot)
{
    const uint32_t reply = event.call == SYS_ipc_reply_wait ? IPC_REPLY : 0;
    const uint32_t opens = event.call == SYS_ipc_reply ? 0 : world->opens[event.open].flags;

    const uint32_t first_word = event.call == SYS_ipc_call ? CALL_WORD : REPLY_WORD;

    event.eax = event.call | slot << SLOT_SHIFT | world->sends[event.send].flags | opens | reply;
    event.ebx = first_word, event.esi = first_word + 1, event.edi = first_word + 2, event.ebp = first_word + 3;
    add(event);
}

static void add_sends(unsigned call, unsigned open, struct values slots)
{
    unsigned names = call == SYS_ipc_call ? 1 : world->names + 1;

    for (unsigned s = 0; s < slots.count; s++)
        for (unsigned send = 0; send < world->sends_count; send++)
            for (unsigned n = 0; n < names; n++)
                add_message((struct event){.kind = EVENT_CALL,
                                           .call = (uint8_t)call,
                                           .send = (uint8_t)send,
                                           .open = (uint8_t)open,
                                           .names = (uint8_t)n},
                            slots.values[s]);
}

static void add_messages(unsigned call)
{
    unsigned opens = call == SYS_ipc_reply ? 1 : world->opens_count;

    if (call != SYS_ipc_call && !world->receivers)
        return;
    for (unsigned open = 0; open < opens; open++) {
        if (call == SYS_ipc_reply_wait)
            add((struct event){.kind = EVENT_CALL,
                               .call = (uint8_t)call,
                               .open = (uint8_t)open,
                               .eax = call | world->opens[open].flags});
        add_sends(call, open, call == SYS_ipc_call ? world->calls : none);
    }
}

static void add_overwrites(void)
{
    for (unsigned thread = 0; thread < 2; thread++)
        for (unsigned send = 0; send < world->sends_count; send++)
            for (unsigned open = 0; open < world->opens_count; open++)
                add((struct event){
                    .kind = EVENT_OVERWRITE, .ebx = thread, .send = (uint8_t)send, .open = (uint8_t)open});
}

/* ---------------------------------------------------------------------------------- all of them */

static void add_each(enum event_kind kind, struct values values)
{
    for (unsigned i = 0; i < values.count; i++)
        add((struct event){.kind = (uint8_t)kind, .ebx = values.values[i]});
}

static void add_all_calls(const struct world *w)
{
#define CALL(name, slot, ...)                                                                                          \
    add_calls(SYS_##name,                                                                                              \
              (const struct values[5]){SYS_##name == SYS_endpoint_create && !w->endpoint_slots.count ? no_call : slot, \
                                       __VA_ARGS__});
#define MESSAGE(name) add_messages(SYS_##name);
#include "tests/explore/events.def"
#undef CALL
#undef MESSAGE
    for (unsigned i = 0; i < w->unknown_calls.count; i++)
        add((struct event){.kind = EVENT_CALL, .call = SYS_COUNT, .eax = w->unknown_calls.values[i]});
}

unsigned events_build(void)
{
    const struct world *w = world;

    events_count = 0;
    for (unsigned kind = EVENT_STEP; kind <= EVENT_TICK; kind++)
        add((struct event){.kind = (uint8_t)kind});
    add_each(EVENT_INTERRUPT, w->interrupts);
    add_all_calls(w);
    add_each(EVENT_FAULT, w->faults);
    add_each(EVENT_WRITE, w->writes);
    if (w->fpu)
        add((struct event){.kind = EVENT_USE_FPU});
    if (w->others_write)
        add_overwrites();
    return events_count;
}

struct event event_at(unsigned index, unsigned cpu)
{
    if (index >= events_count) {
        fprintf(stderr, "explore: %s has no event 0x%x\n", world->name, event_number(index, cpu));
        exit(2);
    }
    struct event event = events[index];
    event.cpu = (uint8_t)cpu;
    return event;
}

/* ---------------------------------------------------------------------------------- as text */

static void print_items(FILE *out, const struct sent *sent)
{
    static const char *const kinds[] = {"memory", "address", "capability"};

    for (unsigned i = 0; i < (sent->tag & TAG_ITEMS) >> TAG_ITEMS_SHIFT; i++) {
        const struct item *item = &sent->items[i];
        fprintf(out, ", sends %s slot %u rights 0x%x pages %u from 0x%x to %u", kinds[item->kind & 3], item->slot,
                item->rights, item->pages, item->from, item->to);
    }
}

static void print_message(FILE *out, const struct event *event)
{
    const struct opened *opened = &world->opens[event->open];

    if (event->eax & IPC_EXTENDED)
        print_items(out, &world->sends[event->send]);
    if (event->eax & IPC_WINDOW)
        fprintf(out, ", window 0x%x+%u", opened->window, opened->window_pages);
    if (event->eax & IPC_SLOTS)
        fprintf(out, ", slots %u+%u", opened->slots, opened->slots_count);
    if (event->eax & IPC_REPLY || event->call == SYS_ipc_reply)
        fprintf(out, event->names ? ", replies to number %u" : ", replies", event->names);
}

static void print_call(FILE *out, const struct event *event)
{
    fprintf(out, "%s slot %u", event->call < SYS_COUNT ? call_names[event->call] : "unknown call",
            event->eax >> SLOT_SHIFT);
    if (event_is_message(event))
        print_message(out, event);
    else
        fprintf(out, " (0x%x, 0x%x, 0x%x, 0x%x)", event->ebx, event->esi, event->edi, event->ebp);
}

void event_print(FILE *out, const struct event *event)
{
    static const char *const names[EVENT_KINDS] = {"call",
                                                   "faults at",
                                                   "uses the FPU",
                                                   "writes to",
                                                   "writes to another's message page",
                                                   "next step",
                                                   "notices that its thread was destroyed",
                                                   "reschedule",
                                                   "tick",
                                                   "interrupt"};

    if (event->kind == EVENT_CALL)
        print_call(out, event);
    else
        fprintf(out, event->kind >= EVENT_STEP && event->kind <= EVENT_TICK ? "%s" : "%s 0x%x", names[event->kind],
                event->ebx);
}
