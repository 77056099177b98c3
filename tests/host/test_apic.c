/* The local APIC's registers: which interrupts are accepted, which are masked, and that an IPI waits until the previous
 * one has been sent. */
#include "kernel/arch/arch.h"
#include "kernel/i386/instructions.h"
#include "kernel/i386/paging.h"
#include "tests/host/check.h"

#include <signal.h>
#include <sys/time.h>

static uint64_t msr;
#define read_msr(number) msr
#include "kernel/i386/apic.c"

enum { PHYSICAL = 0xfee00000, OTHER = 5, SELF = 2, VECTOR = 0x38, CLASS = 16 };

static uint32_t memory[0x400 / 4];

volatile void *paging_map_device(unsigned fixmap, uint32_t physical)
{
    CHECK(fixmap == DEVICE_APIC && physical == PHYSICAL);
    return memory;
}

static uint32_t value(unsigned offset)
{
    return memory[offset / 4];
}

static void is_found_if_it_is_memory(void)
{
    msr = 0;
    CHECK(!apic_init(PHYSICAL));
    msr = BASE_ENABLED | BASE_X2;
    CHECK(!apic_init(PHYSICAL));
    msr = PHYSICAL | BASE_ENABLED;
    CHECK(apic_init(PHYSICAL));
}

/* The state in which firmware may have left the registers. */
static void is_set_up(void)
{
    for (unsigned i = 0; i < sizeof memory / sizeof memory[0]; i++)
        memory[i] = i * 4 < IN_SERVICE || i * 4 >= COMMAND ? 0xfff : 0;
    apic_enable();
    CHECK(value(SPURIOUS_VECTOR) == (ENABLED | APIC_SPURIOUS) && value(PRIORITY) == 0);
    CHECK(value(TIMER) == MASKED && value(LINT0) == MASKED && value(ERROR) == MASKED);
    CHECK(value(LINT1) == NMI);
    CHECK(value(APIC_EOI) == 0xfff);
    memory[IN_SERVICE / 4] = 1;
    apic_enable();
    CHECK(value(APIC_EOI) == 0);
    apic_connect_pics();
    CHECK(value(LINT0) == EXTERNAL);
    memory[ID / 4] = SELF << ID_SHIFT;
    CHECK(apic_id() == SELF);
}

/* Interrupts with a vector below that are not accepted, all others are. */
static void vectors_are_let_in(void)
{
    apic_set_task_priority(VECTOR & -CLASS);
    CHECK(value(PRIORITY) == (VECTOR & -CLASS) - CLASS);
    apic_set_task_priority(0);
    CHECK(value(PRIORITY) == 0);
}

static uint32_t to_meanwhile;
static volatile sig_atomic_t gone;

static void last_has_gone(int signal)
{
    (void)signal;
    gone = 1;
    to_meanwhile = value(COMMAND_TO);
    memory[COMMAND / 4] &= ~(uint32_t)PENDING;
}

static void messages_wait_for_the_last(void)
{
    const struct itimerval soon = {.it_value.tv_usec = 20000};

    memory[COMMAND_TO / 4] = 0;
    memory[COMMAND / 4] = PENDING;
    signal(SIGALRM, last_has_gone);
    CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
    apic_send(OTHER, VECTOR);
    CHECK(value(COMMAND_TO) == OTHER << ID_SHIFT && value(COMMAND) == (VECTOR | ASSERT));
    CHECK(gone && to_meanwhile == 0);
}

int main(void)
{
    is_found_if_it_is_memory();
    is_set_up();
    vectors_are_let_in();
    messages_wait_for_the_last();
    puts("test_apic: which interrupts are accepted, and when IPIs are sent");
}
