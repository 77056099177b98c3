/* From vectors to events: each interrupt becomes the right event, after its end was signalled, and spurious ones become
 * none; a thread that waits in a call continues with its registers. */
#define arch_registers_init traps_registers_init
#define arch_registers_get  traps_registers_get
#define arch_registers_set  traps_registers_set

#include "kernel/i386/instructions.h"
#undef READ_CR
#define READ_CR(n) ADDRESS
enum { ADDRESS = 0x12345678 };
#include "kernel/i386/traps.c"
#include "kernel/sys/event.h"
#include "tests/host/check.h"

enum { LINE = 5, DIVIDE = 0, FLAG_TRAP = 0x100, FLAG_CARRY = 1 };

static struct thread interrupted, next;
static bool is_spurious;
static struct {
    unsigned ended, irqs_ended, ticks, reschedules, interrupts, faults, chosen, forgotten;
    unsigned line;
    uint32_t address;
    struct thread *thread;
} done;

void apic_end_of_interrupt(void)
{
    done.ended++;
}

bool irq_end_of_interrupt(unsigned line)
{
    done.irqs_ended++;
    done.line = line;
    return !is_spurious;
}

static struct thread *event(struct thread *thread, unsigned *count)
{
    ++*count;
    done.thread = thread;
    return &next;
}

struct thread *event_tick(struct thread *thread)
{
    CHECK(done.ended);
    return event(thread, &done.ticks);
}

struct thread *event_reschedule(struct thread *thread)
{
    CHECK(done.ended);
    return event(thread, &done.reschedules);
}

struct thread *event_interrupt(struct thread *thread, unsigned line)
{
    CHECK(line == done.line);
    return event(thread, &done.interrupts);
}

struct thread *event_fault(struct thread *thread, uint32_t address)
{
    done.address = address;
    return event(thread, &done.faults);
}

struct thread *thread_choose(void)
{
    return event(NULL, &done.chosen);
}

void cpu_stop_running(struct thread *thread)
{
    CHECK(thread == &interrupted && !done.chosen && !done.ticks && !done.interrupts);
    done.forgotten++;
}

/* The thread that runs after a trap of that vector. */
static struct thread *trap(unsigned vector)
{
    static const __typeof__(done) none;

    done = none;
    interrupted.registers.vector = vector;
    return trap_user(&interrupted);
}

static void each_comes_to_its_event(void)
{
    interrupted.state = THREAD_RUNNING;
    CHECK(trap(VECTOR_PAGE_FAULT) == &next && done.faults == 1 && done.address == ADDRESS &&
          done.thread == &interrupted);
    CHECK(trap(DIVIDE) == &next && done.faults == 1 && done.address == 0);
    CHECK(trap(VECTOR_LINES + LINE) == &next && done.interrupts == 1 && done.line == LINE &&
          done.thread == &interrupted);
    CHECK(done.irqs_ended == 1 && done.ended == 0);
    CHECK(trap(VECTOR_TICK) == &next && done.ticks == 1 && done.reschedules == 0 && done.ended == 1 &&
          done.irqs_ended == 0);
    CHECK(trap(VECTOR_RESCHEDULE) == &next && done.reschedules == 1 && done.ticks == 0 && done.ended == 1);
}

static void what_is_spurious_is_none(void)
{
    is_spurious = true;
    CHECK(trap(VECTOR_LINES + LINE) == &interrupted && done.interrupts == 0 && done.chosen == 0);
    CHECK(trap_interrupt(NULL, VECTOR_LINES + LINE) == &next && done.interrupts == 0 && done.chosen == 1);
    is_spurious = false;
}

/* The processor forgets a destroyed thread, but still handles the interrupt. */
static void destroyed_threads_are_forgotten(void)
{
    interrupted.state = THREAD_DEAD;
    CHECK(trap(VECTOR_PAGE_FAULT) == &next && done.forgotten == 1 && done.faults == 0 && done.chosen == 1);
    CHECK(trap(VECTOR_TICK) == &next && done.forgotten == 1 && done.ticks == 1 && done.thread == NULL);
    CHECK(trap(VECTOR_LINES + LINE) == &next && done.forgotten == 1 && done.interrupts == 1 && done.thread == NULL);
}

/* ------------------------------------------------------------------------------- registers */

/* Of a thread in a call: where the call returns to, with which stack. */
static void registers_are_read(void)
{
    struct registers r = {.eax = 1,
                          .ebx = 2,
                          .ecx = 3,
                          .edx = 4,
                          .esi = 5,
                          .edi = 6,
                          .ebp = 7,
                          .esp = 8,
                          .eip = 9,
                          .eflags = FLAG_CARRY | EFLAGS_START,
                          .vector = VECTOR_PAGE_FAULT,
                          .fs = 10,
                          .gs = 11};
    struct thread_registers out;

    arch_registers_get(&r, &out);
    CHECK(out.eax == 1 && out.ebx == 2 && out.ecx == 3 && out.edx == 4 && out.esi == 5 && out.edi == 6 && out.ebp == 7);
    CHECK(out.esp == 8 && out.eip == 9 && out.eflags == r.eflags && out.fs == 10 && out.gs == 11);
    r.vector = VECTOR_SYSCALL;
    arch_registers_get(&r, &out);
    CHECK(out.esp == r.ecx && out.eip == r.edx && out.eflags == EFLAGS_START);
}

/* The thread continues with what was set. A fault must still get its reply; a call is forgotten. */
static void registers_are_set(void)
{
    const struct thread_registers in = {.eax = 1,
                                        .ebx = 2,
                                        .ecx = 3,
                                        .edx = 4,
                                        .esi = 5,
                                        .edi = 6,
                                        .ebp = 7,
                                        .esp = 8,
                                        .eip = 9,
                                        .eflags = FLAG_CARRY | FLAG_TRAP,
                                        .fs = USER_DATA,
                                        .gs = KERNEL_DATA};
    struct registers r = {.vector = VECTOR_PAGE_FAULT, .error = FAULT_USER};

    arch_registers_set(&r, &in);
    CHECK(r.vector == VECTOR_PAGE_FAULT && r.error == FAULT_USER && r.eip == 9 && r.esp == 8 && r.eax == 1 &&
          r.ebp == 7);
    CHECK(r.eflags == (FLAG_CARRY | EFLAGS_START) && r.cs == USER_CODE && r.ss == USER_DATA);
    CHECK(r.fs == USER_DATA && r.gs == 0);
    r.vector = VECTOR_SYSCALL;
    arch_registers_set(&r, &in);
    CHECK(r.vector != VECTOR_SYSCALL && r.eip == 9 && r.ecx == 3 && r.edx == 4);
}

int main(void)
{
    each_comes_to_its_event();
    what_is_spurious_is_none();
    destroyed_threads_are_forgotten();
    registers_are_read();
    registers_are_set();
    puts("test_traps: each vector becomes its event");
}
