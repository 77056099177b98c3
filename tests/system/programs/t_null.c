/* Null pointers: an access through one is a real access, and ends the program. A compiler may assume otherwise, as C
 * leaves it undefined. */
#include "tests/system/programs/child.h"
#include "tests/system/programs/tap.h"

#include "kernel/abi/abi.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#pragma clang diagnostic ignored "-Wnull-dereference"

enum { PAGE = 4096 };

struct large {
    int first;
    char room[0x7000];
    int middle;
    char more[0x10000];
    int last;
};

static int sum;

static int writes(void)
{
    *(int *)0 = 1;
    return 0;
}

static int writes_volatile(void)
{
    *(volatile int *)0 = 1;
    return 0;
}

static int reads(void)
{
    return *(int *)0;
}

static int reads_volatile(void)
{
    (void)*(volatile int *)0;
    return 0;
}

/* The compiler can see that it is null. */
static int writes_by_a_variable(void)
{
    int *p = NULL;

    *p = 5;
    return 0;
}

static int reads_by_a_variable(void)
{
    int *p = NULL;

    sum += *p;
    return sum;
}

static int adds(void)
{
    int *p = NULL;

    ++*p;
    return 0;
}

static int writes_a_member(void)
{
    struct large *p = NULL;

    p->middle = 1;
    return 0;
}

static int reads_a_member(void)
{
    struct large *p = NULL;

    return p->last;
}

static int writes_an_element(void)
{
    char *text = NULL;

    for (int i = 100; i < 200; i++)
        text[i] = 'x';
    return 0;
}

/* As the pointer is used before, a compiler could take it for not null, and this code for unreachable. */
static int checks_too_late(void)
{
    struct large *volatile hidden = NULL;
    struct large *p = hidden;
    int first = p->first;

    if (!p)
        exit(first ? 3 : 4);
    return 0;
}

static int calls(void)
{
    void (*function)(void) = NULL;

    function();
    return 0;
}

static int has_it_copied(void)
{
    char text[8] = "abc";

    memcpy(NULL, text, sizeof text);
    return 0;
}

static int has_its_length_taken(void)
{
    return (int)strlen(NULL);
}

static bool all_end(int (*const pieces[])(void), unsigned count)
{
    bool good = true;

    for (unsigned i = 0; i < count; i++)
        if (!IS(child_run(pieces[i]), SIGSEGV))
            good = IS(i, -1); /* shows which one failed */
    return good;
}
#define ALL_END(pieces) all_end(pieces, sizeof(pieces) / sizeof((pieces)[0]))

static bool accesses(void)
{
    static int (*const pieces[])(void) = {writes, writes_volatile, reads, reads_volatile};
    return ALL_END(pieces);
}

static bool variables(void)
{
    static int (*const pieces[])(void) = {writes_by_a_variable, reads_by_a_variable, adds,
                                          writes_an_element,    checks_too_late,     calls};
    return ALL_END(pieces);
}

static bool members(void)
{
    static int (*const pieces[])(void) = {writes_a_member, reads_a_member};
    return ALL_END(pieces);
}

static bool library(void)
{
    static int (*const pieces[])(void) = {has_it_copied, has_its_length_taken};
    return ALL_END(pieces);
}

/* ------------------------------------------------------------------------------------ neighbours */

static volatile char *address;

static int reads_address(void)
{
    return *address;
}

static int writes_address(void)
{
    *address = 1;
    return 0;
}

/* As far as a member of a large structure may be. */
static bool all_below_the_stack(void)
{
    bool good = true;

    for (uint32_t first = 0; first < STACK_LOW; first += PAGE) {
        address = (volatile char *)(first + first / PAGE);
        good = IS(child_run(reads_address), SIGSEGV) && IS(child_run(writes_address), SIGSEGV) && good;
    }
    return good;
}

int main(void)
{
    static const struct tap_point points[] = {
        {"a read or write of address 0", accesses},
        {"by a variable that the compiler knows to be null", variables},
        {"members of a large structure", members},
        {"by functions of the library", library},
        {"all addresses below the stack", all_below_the_stack},
    };
    return TAP_RUN(points);
}
