#include "kernel/sys/event.h"
#include "tests/model/processors.h"

#include <string.h>

bool processors_handle_requests = true;
bool processors_write_until_told;
struct pending pending;
struct processor processors[CPU_MAX];

/* ---------------------------------------------------------------------------------- translations */

static void load(unsigned cpu, ref_t space)
{
    processors[cpu].space = space;
    processors[cpu].cached = (struct cached){0};
    if (space)
        memcpy(processors[cpu].tops, AT(struct task, space)->space.directories, sizeof processors[cpu].tops);
}

static void drop(unsigned cpu, uint32_t address)
{
    uint32_t page = address >> PAGE_BITS;

    processors[cpu].cached.pages[page / 64] &= ~(1ull << page % 64);
}

void processors_rest(void)
{
    for (unsigned i = 0; i < CPU_MAX; i++) {
        load(i, i < kernel.cpu_count ? kernel.cpus[i].space : 0);
        processors[i].ipi = 0;
        processors[i].segments = 0;
        processors[i].fpu_allowed = kernel.cpus[i].fpu_allowed;
        kernel.cpus[i].tlb_ipi = 0;
    }
    kernel.tlb_pending = 0;
}

static void fill_from_table(struct processor *processor, uint32_t frame, uint32_t page)
{
    const pte_t *table = AT(pte_t, frame_ref(frame));

    processor->cached.tables[page >> TABLE_BITS] = frame;
    for (unsigned i = 0; i < TABLE_ENTRIES; i++, page++) {
        if (!(pte_low(&table[i]) & PTE_PRESENT))
            continue;
        processor->cached.pages[page / 64] |= 1ull << page % 64;
        processor->tlb[page] = table[i];
    }
}

static void fill_tlb(struct processor *processor, const struct vspace *space)
{
    for (uint32_t page = 0; page < SPACE_PAGES; page += TABLE_ENTRIES) {
        const pte_t *directory = vspace_directory_entry(space, page << PAGE_BITS);
        if (directory && pte_low(directory) & PTE_PRESENT)
            fill_from_table(processor, pte_frame(directory), page);
    }
}

void processors_fill_tlbs(void)
{
    for (unsigned i = 0; i < kernel.cpu_count; i++) {
        processors[i].cached = (struct cached){0};
        if (processors[i].space)
            fill_tlb(&processors[i], &AT(struct task, processors[i].space)->space);
    }
}

void arch_tlb_invalidate(uint32_t address)
{
    drop(arch_cpu(), address);
}

void arch_space_load(ref_t directories)
{
    load(arch_cpu(), directories - offsetof(struct task, space));
}

void arch_space_leave(void)
{
    load(arch_cpu(), 0);
}

static void write_by(const struct processor *processor, uint32_t page)
{
    const pte_t *entry = &processor->tlb[page];

    if (processor->cached.pages[page / 64] >> page % 64 & 1 && pte_writable(entry))
        *AT(uint32_t, frame_ref(pte_frame(entry))) = 1;
}

/* The processor runs user code that writes to the first word of each page. */
static void write_to_what_is_taken_away(const struct processor *processor, uint32_t ipi)
{
    if (ipi & IPI_PAGE)
        write_by(processor, ipi >> PAGE_BITS);
    else
        for (uint32_t page = 0; page < SPACE_PAGES; page++)
            write_by(processor, page);
}

/* Until a processor handles the IPI, it walks these tables and marks entries as accessed. */
static void check_tables(unsigned cpu)
{
    for (unsigned i = 0; i < SPACE_TABLES; i++) {
        uint32_t frame = processors[cpu].cached.tables[i];
        if (frame && frame_at(frame)->kind != FRAME_TABLE)
            violation("processor %u is asked to leave a table, frame 0x%x, after it was freed", cpu, frame);
    }
}

void arch_ipi(unsigned cpu, uint32_t ipi)
{
    check_tables(cpu);
    processors[cpu].ipi = ipi;
    if (processors_write_until_told && thread_on(cpu))
        write_to_what_is_taken_away(&processors[cpu], ipi);
}

void arch_ipi_wait(unsigned cpu)
{
    uint32_t ipi = processors[cpu].ipi;

    processors[cpu].ipi = 0;
    if (!processors_handle_requests)
        return;
    if (ipi & IPI_PAGE)
        drop(cpu, ipi);
    else if (ipi & IPI_LEAVE)
        load(cpu, 0);
    else if (ipi & IPI_ALL)
        load(cpu, processors[cpu].space);
}

/* After rights are lowered, every processor that runs the space drops the page's translation: kernel/vm/vspace.h. */
static void check_translation(unsigned cpu, const struct vspace *space, unsigned page)
{
    const pte_t was = processors[cpu].tlb[page];
    pte_t *entry;
    bool same = vspace_find(space, page << PAGE_BITS, &entry) && pte_low(entry) & PTE_PRESENT &&
                pte_frame(entry) == pte_frame(&was) && (pte_writable(entry) || !pte_writable(&was)) &&
                (pte_executable(entry) || !pte_executable(&was));

    if (!same)
        violation("processor %u may still translate 0x%x as it was", cpu, page << PAGE_BITS);
}

/* P3; and the processor has the four PDPT entries as they are now, though it caches them when CR3 is loaded. */
static void check_space(unsigned cpu)
{
    const struct processor *p = &processors[cpu];
    const struct task *task = AT(struct task, p->space);

    if (p->space != kernel.cpus[cpu].space)
        violation("P3: processor %u translates with %x, and the kernel believes with %x", cpu, p->space,
                  kernel.cpus[cpu].space);
    if (!p->space)
        return;
    if (frame_at(frame_number(p->space))->kind != FRAME_TASK)
        violation("processor %u translates with the tables of a task that is gone", cpu);
    for (unsigned d = 0; d < DIRECTORIES; d++)
        if (p->tops[d] != task->space.directories[d])
            violation("processor %u has not loaded PDPT entry %u anew", cpu, d);
    for (unsigned w = 0; w < CACHED_WORDS; w++)
        for (uint64_t left = p->cached.pages[w]; left; left &= left - 1)
            check_translation(cpu, &task->space, 64 * w + (unsigned)__builtin_ctzll(left));
}

void processors_check(void)
{
    if (kernel.tlb_pending)
        violation("the lock was given away, and translations are not settled");
    for (unsigned i = 0; i < kernel.cpu_count; i++) {
        check_space(i);
        if (processors[i].fpu_allowed != kernel.cpus[i].fpu_allowed)
            violation("processor %u and the kernel differ in whether the FPU may be used", i);
    }
}

void processor_write(struct thread *thread, uint32_t address)
{
    pte_t *entry;

    if (vspace_find_mapping(&thread_task(thread)->space, address, &entry) && pte_writable(entry))
        *AT(uint32_t, frame_ref(pte_frame(entry))) = 1;
}

/* ---------------------------------------------------------------------------------- interrupts */

void arch_reschedule(unsigned cpu)
{
    pending.reschedules |= (uint8_t)(1 << cpu);
}

void arch_tick(unsigned cpu)
{
    pending.ticks |= (uint8_t)(1 << cpu);
}

struct thread *processor_interrupted(void)
{
    struct thread *thread = thread_on(arch_cpu());

    if (!thread || thread->state == THREAD_RUNNING)
        return thread;
    cpu_stop_running(thread);
    return NULL;
}

void processors_forget_the_dead(void)
{
    unsigned here = host_cpu;

    for (host_cpu = 0; host_cpu < kernel.cpu_count; host_cpu++)
        if (thread_on(host_cpu) && thread_on(host_cpu)->state == THREAD_DEAD)
            cpu_stop_running(thread_on(host_cpu));
    host_cpu = here;
}

/* ---------------------------------------------------------------------------------- fs and gs */

void arch_segments_save(struct registers *registers)
{
    registers->fs = (uint16_t)processors[arch_cpu()].segments;
    registers->gs = (uint16_t)(processors[arch_cpu()].segments >> 16);
}

void arch_segments_load(const struct registers *registers)
{
    processors[arch_cpu()].segments = registers->fs | (uint32_t)registers->gs << 16;
}

/* ---------------------------------------------------------------------------------- the FPU */

/* The modelled FPU state is the name of the thread that used it last. */
void arch_fpu_init(void *state)
{
    *(ref_t *)state = FPU_FRESH;
}

void arch_fpu_sanitise(void *state)
{
    *(ref_t *)state = FPU_WRITTEN;
}

void arch_fpu_save(void *state)
{
    *(ref_t *)state = pending.fpu[arch_cpu()];
}

void arch_fpu_load(const void *state)
{
    pending.fpu[arch_cpu()] = *(const ref_t *)state;
}

void arch_fpu_allow(bool allowed)
{
    processors[arch_cpu()].fpu_allowed = allowed;
}

void processor_use_fpu(struct thread *thread)
{
    enum { VECTOR_NO_FPU = 7 };
    ref_t *fpu = &pending.fpu[arch_cpu()], expected = REF(thread);

    if (!processors[arch_cpu()].fpu_allowed) {
        thread->registers = (struct registers){.vector = VECTOR_NO_FPU};
        if (event_fault(thread, 0) != thread)
            violation("a thread does not go on when it first uses the FPU");
        expected = FPU_FRESH;
    }
    if (*fpu != expected && *fpu != FPU_WRITTEN)
        violation("thread %x computes with the FPU state of %x, not of %x", REF(thread), *fpu, expected);
    *fpu = REF(thread);
}
