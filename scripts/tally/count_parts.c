/* The instructions of a stretch, and how often each of them ran in it. */
#include "count_plugin.h"

#include <stdlib.h>
#include <string.h>

enum { PAGES_MAX = 4096, NOT_A_PAGE = 0, TIMES_MAX = 16 };

/* An instruction, as translated. */
struct part {
    uint32_t address, page, count;
    uint32_t walk; /* the last walk that it was in, see below */
    size_t visit;  /* its visit in that walk */
    bool rdtsc;    /* an rdtsc of the program */
};

/* A stretch, in execution order. */
struct stretch {
    struct part **parts;
    size_t used, room;
};

static struct stretch now, best;
static bool running, found;
static unsigned running_cpu;            /* others may run in between */
static const uint8_t *pages[PAGES_MAX]; /* of programs, as pointers into QEMU; from index 1 on */
static uint32_t pages_used = 1;

static uint32_t page_number(const uint8_t *host)
{
    const uint8_t *page = (const uint8_t *)((uintptr_t)host & -(uintptr_t)PAGE);

    for (uint32_t i = 1; i < pages_used; i++)
        if (pages[i] == page)
            return i;
    if (pages_used == PAGES_MAX)
        return NOT_A_PAGE;
    pages[pages_used] = page;
    return pages_used++;
}

static void add(struct part *part)
{
    if (now.used == now.room) {
        now.room = now.room ? 2 * now.room : 1 << 16;
        now.parts = realloc(now.parts, now.room * sizeof(struct part *));
        if (!now.parts)
            abort();
    }
    now.parts[now.used++] = part;
}

static void keep(void)
{
    struct stretch other = best;

    best = now;
    now = other;
    found = true;
}

static bool is_fault(const struct part *part)
{
    return is_fault_entry(part->address) && now.used && !is_kernel(now.parts[now.used - 1]->address);
}

static void run_between_rdtsc(unsigned cpu, void *data)
{
    struct part *part = data;

    if (running && cpu != running_cpu)
        return;
    if (running && is_fault(part))
        now.used--;
    if (running && !part->rdtsc)
        add(part);
    if (!part->rdtsc)
        return;
    if (running && (!found || now.used < best.used))
        keep();
    running = !running;
    running_cpu = cpu;
    now.used = 0;
}

static void begin_boot(unsigned cpu, void *data)
{
    (void)cpu, (void)data;
    running = false;
    now.used = best.used = 0;
}

static void run_kernel(unsigned cpu, void *data)
{
    (void)cpu;
    add(data);
}

static void run_beyond_kernel(unsigned cpu, void *data)
{
    (void)cpu, (void)data;
    if (running && now.used > best.used)
        keep();
    running = now.used || running; /* boot is over */
    now.used = 0;
}

static struct part *new_part(uint32_t address, const uint8_t *host)
{
    struct part *part = calloc(1, sizeof(*part));

    if (!part)
        abort();
    part->address = address;
    part->page = is_kernel(address) ? NOT_A_PAGE : page_number(host);
    return part;
}

void part(struct qemu_plugin_insn *insn, uint32_t address, const uint8_t *host)
{
    struct part *part = new_part(address, host);

    part->rdtsc = is_rdtsc(host) && is_of_text(address, host);
    if (strcmp(arguments.mode, "stretch") == 0) {
        watch(insn, run_between_rdtsc, part);
        return;
    }
    watch(insn, is_kernel(address) ? run_kernel : run_beyond_kernel, part);
    if (address == arguments.entry)
        watch(insn, begin_boot, NULL);
    if (lets_interrupts_in(address, host))
        watch(insn, run_beyond_kernel, NULL);
}

static bool is_entered, server_ran;

static void enter_kept(unsigned cpu, void *data)
{
    (void)cpu, (void)data;
    is_entered = true;
}

static void run_kept(unsigned cpu, void *data)
{
    if (running)
        run_kernel(cpu, data);
}

static void run_server(unsigned cpu, void *data)
{
    server_ran = true;
    run_kept(cpu, data);
}

/* Also called when the worker runs. */
static void end_kept(unsigned cpu, void *data)
{
    (void)cpu, (void)data;
    if (server_ran && now.used > best.used)
        keep();
    server_ran = false;
    now.used = 0;
}

static void run_program(unsigned cpu, void *data)
{
    if (now.used)
        end_kept(cpu, data);
    running = is_entered;
}

void kept_part(struct qemu_plugin_insn *insn, uint32_t address, const uint8_t *host)
{
    enum runner runner = runner_of(address, host);

    if (address == arguments.entry)
        watch(insn, enter_kept, NULL);
    if (runner == KERNEL || runner == SERVER)
        watch(insn, runner == SERVER ? run_server : run_kept, new_part(address, host));
    if (runner == WORKER || (runner == KERNEL && *host == HLT))
        watch(insn, end_kept, NULL);
    if (runner == PROGRAM)
        watch(insn, run_program, NULL);
}

/* Used instead of stretches: walk 1 begins at the kernel's first instruction, and each rdtsc begins the next. */
static uint32_t walk, clock_now;

/* An instruction in a walk, and the times when it ran: the first ones, and the last. */
static struct visit {
    struct part *part;
    uint32_t last, used, times[TIMES_MAX];
} * visits;
static size_t visits_used, visits_room;

static void begin_walks(unsigned cpu, void *data)
{
    (void)cpu, (void)data;
    walk = 1;
}

static void new_visit(struct part *part)
{
    if (visits_used == visits_room) {
        visits_room = visits_room ? 2 * visits_room : 1 << 16;
        visits = realloc(visits, visits_room * sizeof(struct visit));
        if (!visits)
            abort();
    }
    visits[visits_used] = (struct visit){.part = part};
    part->walk = walk;
    part->visit = visits_used++;
}

static void run_walk(unsigned cpu, void *data)
{
    struct part *part = data;

    (void)cpu;
    if (!walk)
        return;
    clock_now++;
    walk += part->rdtsc;
    if (part->walk != walk)
        new_visit(part);
    struct visit *visit = &visits[part->visit];
    if (visit->used < TIMES_MAX)
        visit->times[visit->used++] = clock_now;
    visit->last = clock_now;
}

void walk_part(struct qemu_plugin_insn *insn, uint32_t address, const uint8_t *host)
{
    if (address == arguments.entry)
        watch(insn, begin_walks, NULL);
    if (address < VDSO_BASE)
        return;
    struct part *part = new_part(address, host);
    part->rdtsc = is_rdtsc(host) && is_of_text(address, host);
    watch(insn, run_walk, part);
}

static void write_page(FILE *out, uint32_t number)
{
    fprintf(out, "page %u ", number);
    for (int i = 0; i < PAGE; i++)
        fprintf(out, "%02x", pages[number][i]);
    fprintf(out, "\n");
    pages[number] = NULL;
}

void write_parts(FILE *out)
{
    size_t first_part = strcmp(arguments.mode, "stretch") == 0;

    for (size_t i = first_part; i < best.used; i++)
        best.parts[i]->count++;
    for (size_t i = first_part; i < best.used; i++) {
        struct part *p = best.parts[i];
        if (p->count && p->page && pages[p->page])
            write_page(out, p->page);
        if (p->count)
            fprintf(out, "part %u %x %u\n", p->page, p->address, p->count);
        p->count = 0;
    }
}

/* In the order of their first run in each walk. */
void write_walks(FILE *out)
{
    for (const struct visit *v = visits; v < visits + visits_used; v++) {
        struct part *p = v->part;
        if (p->page && pages[p->page])
            write_page(out, p->page);
        if (p->rdtsc) {
            fprintf(out, "walk\n");
            continue;
        }
        fprintf(out, "visit %u %x", p->page, p->address);
        for (uint32_t i = 0; i < v->used; i++)
            fprintf(out, " %u", v->times[i]);
        fprintf(out, " %u\n", v->last);
    }
}
