/* The longest times for which servers kept the processor from programs. */
#include "count_plugin.h"

enum { STRETCHES_MAX = 64 };

/* The counts at a moment; `all` is what keeps programs waiting: the kernel and the servers. */
struct moment {
    uint64_t programs, servers, all;
};

static struct counter in_programs, in_servers, in_all;
static struct moment begun, left; /* the beginning of the stretch; the last exit from the kernel */
static bool is_entered, program_ran;
static uint64_t stretches[STRETCHES_MAX];
static unsigned stretches_used;

static struct moment moment_now(void)
{
    return (struct moment){counted(&in_programs), counted(&in_servers), counted(&in_all)};
}

static void end_stretch(const struct moment *end)
{
    uint64_t *longest_here = &stretches[stretches_used];

    if (program_ran && end->servers != begun.servers && end->all - begun.all > *longest_here)
        *longest_here = end->all - begun.all;
    begun = *end;
}

/* If a program has run since the last exit from the kernel, the stretch ended there. So blocks of programs need no
 * callback. */
static void look_for_program(void)
{
    if (!is_entered || counted(&in_programs) == left.programs)
        return;
    end_stretch(&left);
    program_ran = true;
}

static void enter_first(unsigned cpu, void *data)
{
    (void)cpu, (void)data;
    is_entered = true;
    left = moment_now();
}

/* The exiting instruction is not counted yet. */
static void leave_to_somebody(unsigned cpu, void *data)
{
    (void)cpu, (void)data;
    look_for_program();
    left = moment_now();
    left.all++;
}

static void halt(unsigned cpu, void *data)
{
    leave_to_somebody(cpu, data);
    end_stretch(&left);
}

/* Functions that it calls in its own program belong to that program. */
static void meet_worker(unsigned cpu, void *data)
{
    (void)cpu, (void)data;
    left = moment_now();
    end_stretch(&left);
}

static void next_stretches(unsigned cpu, void *data)
{
    (void)cpu, (void)data;
    look_for_program();
    if (stretches_used + 1 < STRETCHES_MAX)
        stretches_used++;
}

void servers(struct qemu_plugin_insn *insn, uint32_t address, const uint8_t *host)
{
    enum runner runner = runner_of(address, host);

    if (address == arguments.entry)
        watch(insn, enter_first, NULL);
    if (runner == KERNEL && leaves_kernel(host))
        watch(insn, leave_to_somebody, NULL);
    if (runner == KERNEL && *host == HLT)
        watch(insn, halt, NULL);
    if (address == arguments.mark && is_of_text(address, host))
        watch(insn, next_stretches, NULL);
    if (runner == WORKER)
        watch(insn, meet_worker, NULL);
    if (runner == PROGRAM)
        count(insn, &in_programs);
    if (runner == SERVER)
        count(insn, &in_servers);
    if (runner == SERVER || runner == KERNEL)
        count(insn, &in_all);
}

void write_servers(FILE *out)
{
    for (unsigned i = 0; i <= stretches_used; i++)
        fprintf(out, "stretch %llu\n", (unsigned long long)stretches[i]);
}

void servers_init(void)
{
    counter_init(&in_programs);
    counter_init(&in_servers);
    counter_init(&in_all);
}
