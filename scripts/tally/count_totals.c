/* The longest stretch of the kernel with interrupts off, and the number of instructions up to certain moments. */
#include "count_plugin.h"

static struct counter all, kernel;
static uint64_t kernel_before, longest, first, first_of_user, at_mark;
static bool is_entered, boot_is_over;

static void at_entry(unsigned cpu, void *data)
{
    (void)cpu, (void)data;
    is_entered = true;
    first = counted(&all);
    kernel_before = counted(&kernel);
}

static void reach_mark(unsigned cpu, void *data)
{
    (void)cpu, (void)data;
    if (!at_mark)
        at_mark = counted(&all);
}

/* Called when interrupts are let in, or the kernel is left. */
static void end_of_kernel(unsigned cpu, void *data)
{
    uint64_t so_far = counted(&kernel);

    (void)cpu, (void)data;
    if (boot_is_over && so_far - kernel_before > longest)
        longest = so_far - kernel_before;
    kernel_before = so_far;
}

/* At each exit from the kernel, and not at each block of a program, as there are many more of these. */
static void leave_kernel(unsigned cpu, void *data)
{
    if (!is_entered)
        return;
    if (!boot_is_over)
        first_of_user = counted(&all) + 1;
    end_of_kernel(cpu, data);
    boot_is_over = true;
}

void total(struct qemu_plugin_insn *insn, uint32_t address, const uint8_t *host)
{
    bool in_kernel = is_kernel(address);

    if (in_kernel && leaves_kernel(host))
        watch(insn, leave_kernel, NULL);
    if (address == arguments.entry)
        watch(insn, at_entry, NULL);
    if (address == arguments.mark && is_of_text(address, host))
        watch(insn, reach_mark, NULL);
    if (lets_interrupts_in(address, host))
        watch(insn, end_of_kernel, NULL);
    if (arguments.mark)
        count(insn, &all);
    if (in_kernel)
        count(insn, &kernel);
}

void write_totals(FILE *out)
{
    fprintf(out, "longest %llu\n", (unsigned long long)longest);
    fprintf(out, "first_of_user %llu\n", (unsigned long long)(first_of_user - first));
    fprintf(out, "mark %llu\n", (unsigned long long)(at_mark ? at_mark - first : 0));
}

void totals_init(void)
{
    counter_init(&all);
    counter_init(&kernel);
}
