/* Messages: a thread that no longer waits for a reply got it, from a task that owed it, and with the
 * words that were sent. */
#include "tests/explore/checks.h"

#include "tests/explore/hardware.h"

#include <string.h>

static bool is_reply(const struct event *event)
{
    return event_is_call(event, SYS_ipc_reply) || (event_is_call(event, SYS_ipc_reply_wait) && event->eax & IPC_REPLY);
}

static bool awaits_reply(unsigned state)
{
    return state == THREAD_AWAITING_REPLY || state == THREAD_REPLY_DEFERRED;
}

/* The task that owed the reply. */
static uint32_t debtor(const struct before *t)
{
    const struct before *server = seen_thread(t->peer);

    if (t->state == THREAD_REPLY_DEFERRED)
        return frame_number(t->peer);
    return server ? server->task : 0;
}

/* Whether the thread does not wait for that reply any more, for no other reason: it was not destroyed, not stopped, and
 * did not get ERR_DEAD. */
static bool got_reply(const struct thread *t, const struct before *before)
{
    if (!before || !awaits_reply(before->state) || t->state == THREAD_DEAD || t->state == THREAD_STOPPED)
        return false;
    if (awaits_reply(t->state) && t->call_number == before->call_number)
        return false;
    return before->faulting || t->registers.eax != (uint32_t)ERR_DEAD;
}

/* "reply to a caller": one that waits for a reply from this task, and that the page named, with its present call. */
static void check_reply_is_owed(const struct before *t, const struct event *event)
{
    if (!is_reply(event) || debtor(t) != seen.acting_task)
        violation("thread %x waits for its reply no longer, and did not get it", t->ref);
    if (event_named.caller != t->ref || event_named.call_number != t->call_number)
        violation("thread %x got a reply, and another was named", t->ref);
}

void check_replies(const struct event *event)
{
    unsigned replies = 0;

    FOR_THREADS(t)
    {
        const struct before *before = seen_thread(REF(t));
        if (!got_reply(t, before))
            continue;
        check_reply_is_owed(before, event);
        replies++;
    }
    if (replies > 1)
        violation("one reply reached two threads");
}

static bool words_are(const struct registers *r, uint32_t first)
{
    return r->ebx == first && r->esi == first + 1 && r->edi == first + 2 && r->ebp == first + 3;
}

static void check_fault_arrives(const struct registers *r, const struct thread *faulting)
{
    if (r->ebx != faulting->fault_address || r->esi != faulting->registers.error || r->edi != faulting->registers.eip ||
        r->ebp != faulting->registers.vector)
        violation("a fault's message has other words than the fault");
}

/* The first word of the page is transferred, too, if the tag has words. */
static void check_page(const struct message_page *page, uint32_t tag, uint32_t first)
{
    if (page->tag != tag || (tag & TAG_WORDS && page->words[0] != first))
        violation("a message arrived with another tag, or other words in its page, than it was sent with");
}

static uint32_t tag_sent(const struct thread *caller)
{
    return caller->registers.eax & IPC_EXTENDED ? thread_page(caller)->tag : TAG_CALL;
}

/* For a call that was delivered in this event: its server runs, or is ready. */
static void check_call_arrives(const struct thread *caller, const struct before *before, const struct event *event)
{
    const struct thread *server = AT(struct thread, caller->peer);

    if (caller->state != THREAD_AWAITING_REPLY || (before && before->call_number == caller->call_number))
        return;
    if (server->state > THREAD_RUNNING)
        return; /* it has been destroyed, or waits again */
    check_badge_arrives(caller, server, event);
    check_items_land(caller, server, event);
    if (caller->faulting)
        check_fault_arrives(&server->registers, caller);
    else if (!words_are(&server->registers, CALL_WORD))
        violation("a message arrived with other words than it was sent with");
    else
        check_page(thread_page(server), tag_sent(caller), CALL_WORD);
}

static void check_reply_arrives(const struct thread *t, const struct before *before, const struct event *event)
{
    if (!got_reply(t, before) || awaits_reply(t->state))
        return;
    check_items_land(AT(struct thread, seen.acting), t, event);
    if (before->faulting && memcmp(&t->registers, &before->registers, sizeof t->registers))
        violation("the reply to a fault has changed registers");
    if (before->faulting && (thread_page(t)->tag != before->tag || thread_page(t)->words[0] != before->word))
        violation("the reply to a fault has changed the message page");
    if (before->faulting || t->registers.eax != OK)
        return;
    if (!words_are(&t->registers, REPLY_WORD))
        violation("a reply arrived with other words than it was sent with");
    check_page(thread_page(t), event->eax & IPC_EXTENDED ? world->sends[event->send].tag : TAG_CALL, REPLY_WORD);
}

/* The four words of a message are transferred unchanged. */
void check_words_arrive(const struct event *event)
{
    FOR_THREADS(t)
    {
        const struct before *before = seen_thread(REF(t));
        check_call_arrives(t, before, event);
        if (is_reply(event))
            check_reply_arrives(t, before, event);
    }
}
