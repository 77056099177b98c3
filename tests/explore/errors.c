#include "tests/explore/errors.h"

#include <string.h>
#include <unistd.h>

/* SHOWN(call, ERROR, world) and ELSEWHERE(call, ERROR, test, reason). */
static const struct shown {
    const char *call, *error, *world, *test;
} shown[] = {
#define SHOWN(call, error, world)            {#call, #error, #world, NULL},
#define ELSEWHERE(call, error, test, reason) {#call, #error, NULL, test},
#include "tests/explore/errors.def"
};
enum { SHOWN_COUNT = sizeof shown / sizeof shown[0] };

static const struct call {
    const char *name, *errors;
} calls[] = {
#define SYSCALL(number, name, slot, arguments, result, errors, summary) {#name, errors},
#include "kernel/abi/syscalls.def"
};

static bool complain(const char *call, const char *error, const char *what)
{
    printf("errors.def: %s %s: %s\n", call, error, what);
    return false;
}

/* How often the error is in the list. */
static unsigned times(const char *call, const char *error, size_t length)
{
    unsigned count = 0;

    for (unsigned i = 0; i < SHOWN_COUNT; i++)
        count +=
            !strcmp(shown[i].call, call) && strlen(shown[i].error) == length && !strncmp(shown[i].error, error, length);
    return count;
}

/* Whether each error of the call is in the list. Adds their number to `*total`. */
static bool call_is_shown(const struct call *call, unsigned *total)
{
    bool good = true;

    for (const char *at = call->errors; *at; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        if (times(call->name, at, length) != 1)
            good = complain(call->name, at, "the first of these is not listed once");
        at += length;
        ++*total;
    }
    return good;
}

static bool entry_is_good(const struct shown *entry)
{
    const struct world *which = entry->world ? world_named(entry->world) : NULL;

    if (entry->world && !(which && which->in_tests))
        return complain(entry->call, entry->error, "there is no such world in the tests");
    if (entry->test && access(entry->test, R_OK))
        return complain(entry->call, entry->error, "there is no such test");
    return true;
}

bool errors_are_all_shown(void)
{
    unsigned total = 0;
    bool good = true;

    for (unsigned i = 0; i < SYS_COUNT; i++)
        good &= call_is_shown(&calls[i], &total);
    for (unsigned i = 0; i < SHOWN_COUNT; i++)
        good &= entry_is_good(&shown[i]);
    if (good && total != SHOWN_COUNT)
        good = complain("-", "-", "has errors that syscalls.def does not list");
    printf("%u errors of %u calls are listed as shown\n", total, SYS_COUNT);
    return good;
}

static unsigned number_of_call(const char *name)
{
    unsigned i = 0;

    while (i < SYS_COUNT && strcmp(calls[i].name, name))
        i++;
    return i;
}

static unsigned number_of_error(const char *name)
{
    unsigned i = 1;

    while (i < ERRORS && strcmp(error_names[i] + sizeof "ERR_" - 1, name))
        i++;
    return i;
}

bool errors_shown_by_world(const struct counts *counts)
{
    bool good = true;

    for (unsigned i = 0; i < SHOWN_COUNT; i++) {
        const struct shown *entry = &shown[i];
        unsigned call = number_of_call(entry->call), error = number_of_error(entry->error);
        if (!entry->world || strcmp(entry->world, world->name))
            continue;
        if (call == SYS_COUNT || error == ERRORS || !counts->statuses[call][error])
            good = complain(entry->call, entry->error, "this world does not show it");
    }
    return good;
}
