#include "tests/server/init_run.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/host/check.h"

static jmp_buf out;

_Noreturn void run_ends(void)
{
    longjmp(out, 1);
}

static void leave(void)
{
    run_ends();
}

static err_t replied(uint32_t caller, const struct words *words, uint32_t tag)
{
    (void)tag;
    machine_add("reply %u: %u", caller, words->w[0]);
    return OK;
}

static struct server_fake fake = {.cpus = 1, .call = machine_call, .replied = replied};

void run_init(bool (*next)(struct server_message *message))
{
    fake.next = next;
    machine_stopped = leave;
    if (!setjmp(out))
        server_run_input(&fake, (struct words){{0}});
}

void run_to_end(void (*function)(void), bool (*next)(struct server_message *message))
{
    fake.next = next;
    if (!setjmp(out))
        function();
}

static bool nothing_comes(struct server_message *message)
{
    (void)message;
    run_ends();
}

void run_command(const char *command)
{
    strcpy(machine.boot.command, command);
    run_init(nothing_comes);
}

const char *lines_from(const char *begin)
{
    const char *at = strstr(machine_lines(), begin);

    if (!at)
        fprintf(stderr, "no line `%s` in:\n%s", begin, machine_lines());
    CHECK(at);
    return at;
}

void expect_in(const char *text, const char *expected)
{
    if (strncmp(text, expected, strlen(expected)) == 0)
        return;
    fprintf(stderr, "expected:\n%sis:\n%s", expected, text);
    abort();
}

void expect_end(const char *expected)
{
    const char *text = machine_lines();
    size_t bytes = strlen(text), wanted = strlen(expected);

    expect_in(bytes < wanted ? text : text + bytes - wanted, expected);
}
