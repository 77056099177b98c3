/* IPIs: each is handled correctly and once, and its sender waits until it is; a processor that waits for the lock
 * handles them, too; the others go to the intended processor. */
#include "tests/host/lock_machine.h"

#include "tests/host/check.h"

enum { CPUS = 3, ADDRESS = 0x12345000, IDS = 10 /* IDS: the first APIC id */ };

/* What was done to this processor, and the last message sent to another. */
static struct {
    unsigned count;
    uint32_t dropped, loaded;
    bool left, was_pending;
    unsigned id;
    uint32_t vector, sends;
} done;

static uint32_t self;

/* A processor that waits for the lock gets it afterwards. */
static void do_one(void)
{
    done.count++;
    kernel_lock.serving = kernel_lock.tickets;
    done.was_pending = kernel.cpus[0].arch.ipi != 0;
}

void arch_tlb_invalidate(uint32_t address)
{
    do_one();
    done.dropped = address & -(uint32_t)PAGE_SIZE;
}

void arch_space_load(uint32_t directories)
{
    do_one();
    done.loaded = directories;
}

void arch_space_leave(void)
{
    do_one();
    done.left = true;
}

void apic_send(unsigned id, uint32_t what)
{
    done.id = id;
    done.vector = what;
    done.sends++;
}

void apic_set_task_priority(unsigned vector)
{
    (void)vector;
}

static void begin(void)
{
    kernel.cpu_count = CPUS;
    self = REF(&kernel.cpus[0]);
    for (unsigned i = 0; i < CPUS; i++)
        kernel.cpus[i].arch.apic_id = IDS + i;
}

/* ------------------------------------------------------------------------------- translations */

/* Another processor sends an IPI, and this one handles it: in user mode, or while it waits for the lock. */
static void handle(uint32_t ipi, bool waits)
{
    __typeof__(done) none = {0};

    done = none;
    arch_ipi(0, ipi);
    CHECK(done.id == IDS && done.vector == VECTOR_IPI && kernel.cpus[0].arch.ipi == ipi);
    if (!waits)
        kernel_handle_ipi(self);
    else
        kernel_lock_wait(self);
    CHECK(done.count == 1 && done.was_pending && !kernel.cpus[0].arch.ipi); /* the sender continues when it is 0 */
    arch_ipi_wait(0);
    kernel_handle_ipi(self);
    CHECK(done.count == 1);
}

static void each_is_done_as_it_says(bool waits)
{
    handle(ADDRESS | IPI_PAGE, waits);
    CHECK(done.dropped == ADDRESS && !done.loaded && !done.left);
    handle(IPI_ALL, waits);
    CHECK(done.loaded == lock_space && !done.dropped && !done.left);
    handle(IPI_LEAVE, waits);
    CHECK(done.left && !done.dropped && !done.loaded);
}

/* ------------------------------------------------------------------------------- other IPIs */

static void each_is_sent_to_its_processor(void)
{
    for (unsigned i = 0; i < CPUS; i++) {
        arch_reschedule(i);
        CHECK(done.id == IDS + i && done.vector == VECTOR_RESCHEDULE);
        arch_tick(i);
        CHECK(done.id == IDS + i && done.vector == VECTOR_TICK);
    }
}

/* Of the processors that sleep, the one whose ticket is served is woken. */
static void the_next_holder_is_woken(void)
{
    kernel_lock.serving = 6;
    for (unsigned i = 0; i < CPUS; i++)
        kernel.cpus[i].arch.ticket = 5 + i;
    done.sends = 0;
    kernel_lock_pass();
    CHECK(kernel_lock.serving == 7 && done.sends == 0); /* it does not sleep */
    kernel_lock.serving = 6, kernel_lock.sleepers = 1;
    kernel_lock_pass();
    CHECK(done.sends == 1 && done.id == IDS + 2 && done.vector == VECTOR_WAKE);
}

int main(void)
{
    begin();
    each_is_done_as_it_says(false);
    each_is_done_as_it_says(true);
    each_is_sent_to_its_processor();
    the_next_holder_is_woken();
    puts("test_ipi: each is handled once, by the right processor");
}
