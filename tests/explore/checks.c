#include "tests/explore/checks.h"

#include "tests/explore/hardware.h"

static uint64_t cached[CPU_MAX]; /* that the TLBs hold before each event */

/* V: "a change that lowers rights is followed by dropping the page's translation on every processor" */
static void check_translation(unsigned cpu, const struct space *space, unsigned page)
{
    const pte_t was = processors[cpu].tlb[page];
    struct place place;
    bool same = space_find(space, page << PAGE_BITS, &place) && pte_low(place.entry) & PTE_PRESENT &&
                pte_frame(place.entry) == pte_frame(&was) && (pte_writable(place.entry) || !pte_writable(&was)) &&
                (pte_executable(place.entry) || !pte_executable(&was));

    if (!same)
        violation("processor %u may still translate 0x%x as it was", cpu, page << PAGE_BITS);
}

/* P3, and "the processor keeps the four top entries when CR3 is loaded" */
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
            violation("processor %u has not loaded top entry %u anew", cpu, d);
    for (uint64_t left = p->cached; left; left &= left - 1)
        check_translation(cpu, &task->space, (unsigned)__builtin_ctzll(left));
}

static void check_processors(void)
{
    if (kernel.drops)
        violation("the lock was given away, and translations are not settled");
    for (unsigned i = 0; i < kernel.cpu_count; i++) {
        check_space(i);
        if (processors[i].fpu_allowed != kernel.cpus[i].fpu_allowed)
            violation("processor %u and the kernel differ in whether the FPU may be used", i);
    }
}

/* "the thread to run out" of every entry is what its processor runs */
static void check_next(const struct event *event, const struct thread *next)
{
    bool between = pending.between_steps >> event->cpu & 1;

    if (next != (between ? NULL : thread_on(event->cpu)))
        violation("the thread to run is not the one that the processor runs");
}

void checks_prepare(void)
{
    seen_prepare();
    hardware_fill_tlbs();
    for (unsigned i = 0; i < CPU_MAX; i++)
        cached[i] = processors[i].cached;
}

void checks_before(const struct event *event)
{
    seen_begin(event);
    for (unsigned i = 0; i < CPU_MAX; i++)
        processors[i].cached = cached[i];
}

void checks_after(const struct event *event, const struct thread *next)
{
    check_next(event, next);
    check_processors();
    check_authority_only_comes_from_authority(event);
    check_promises(event);
    check_answers(event);
    check_words_arrive(event);
}
