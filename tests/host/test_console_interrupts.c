/*
 * The whole console server, at a port whose interrupt is a level, of which only the rise is seen: no interrupt is
 * missed.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/console/ servers/lib/tail.c tests/server/state_end.c
 * sources: tests/server/server_run.c tests/server/console_machine.c
 */
#include <string.h>

#include "libuser/ipc/ipc.h"
#include "servers/console/ring.h"
#include "servers/proto/console.h"
#include "tests/host/check.h"
#include "tests/server/console_machine.h"
#include "tests/server/server_run.h"

enum { READER = 1, WRITER = 2, MANAGER = 0, TEXT = 256, WRITES = 15, SENT = RING_BYTES + 1000 };

static uint32_t step, put_count, received_count;

static void put(char byte)
{
    put_count += byte == 'x';
}

static void received(char byte)
{
    (void)byte;
    received_count++;
}

static err_t replied(uint32_t caller, const struct words *words, uint32_t tag)
{
    (void)tag;
    if (machine_is_reply_to_proc(caller, words))
        return OK;
    CHECK(words->w[0] == 0);
    return OK;
}

static void call(struct server_message *message, uint32_t badge, struct words words)
{
    memset(message_page->words, 'x', TEXT);
    *message = (struct server_message){.badge = badge, .caller = badge, .tag = TEXT / 4, .words = words};
}

/* More input arrives than there is room for, while output is still in the port; then a client reads. Both take many
 * messages. */
static bool next(struct server_message *message)
{
    if (step > WRITES + 2)
        machine_time_passes();
    if (machine_continues(message))
        return true;
    switch (step++) {
    case 0:
        call(message, MANAGER, (struct words){{CONSOLE_INPUT_PIPE}});
        return true;
    case WRITES + 1:
        call(message, READER, (struct words){{CONSOLE_READ, 256, 1}});
        return true;
    case WRITES + 2:
        call(message, WRITER, (struct words){{CONSOLE_SYNC}});
        for (uint32_t i = 0; i < SENT; i++)
            machine_send('i');
        return true;
    default:
        if (step <= WRITES + 1) {
            call(message, WRITER, (struct words){{CONSOLE_WRITE, TEXT}});
            return true;
        }
        *message = (struct server_message){.tag = TAG_SIGNAL, .words = {{machine_signals()}}};
        return message->words.w[0];
    }
}

int main(void)
{
    static const struct machine_sinks sinks = {.put = put, .received = received};
    static const struct server_fake fake = {.call = machine_call, .next = next, .replied = replied};

    machine_begin((struct machine_parts){.has_port = true}, &sinks);
    server_run_input(&fake, (struct words){{0}});
    CHECK(put_count == WRITES * TEXT && received_count == RING_BYTES + 256);
    CHECK(!server_owes(READER) && !server_owes(WRITER));
    printf("test_console_interrupts: %u steps\n", step);
}
