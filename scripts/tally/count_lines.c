/* The memory touched by the shortest stretch between two rdtsc: the distinct cache lines and the distinct address
 * translations. The stretches between two runs of the mark belong to one row. */
#include "count_plugin.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_BITS = 6, PAGE_BITS = 12, MEMORY_BITS = 32, SLOTS = 1 << 16 };

/* For counting something once in a stretch: the number of the stretch that met it last. */
typedef uint32_t met;

/* Who runs an instruction; a server has the number of its text. */
enum { KERNEL_RUNS = TEXTS, LIBRARY_RUNS, RUNNERS };

/* `translations` of code and of data are counted apart, as a processor buffers them apart. `exits` from the kernel;
 * `loads` of CR3. `by_runner`: the instructions, without the first one, which keeps the counter's value. */
struct touched {
    uint32_t instructions, code, data, written, translations, exits, loads, by_runner[RUNNERS];
};

/* An entry of the table. Addresses are those of QEMU for code, of the machine's memory for data. */
struct entry {
    uint64_t key;
    uint32_t address; /* for a translation, the page's address */
    met met;
};

struct table {
    struct entry *slots[SLOTS];
    uint32_t used;
};

struct code {
    struct entry *first, *last, *page; /* of its first and of its last byte, and its page */
    bool rdtsc, leaves, loads, faults;
    unsigned runner;
};

static struct table code_lines, code_pages, data_pages;
static met *data_lines, *written_lines; /* indexed by their number in the machine's memory */
static struct touched now, best;
static struct touched *rows;
static size_t rows_used;
static met stretch;
static bool running;
static unsigned running_cpu, last_runner;

static struct entry *table_find(struct table *table, uint64_t key, uint32_t address)
{
    uint32_t at = (uint32_t)(key * 0x9e3779b97f4a7c15u >> 40) ^ address * 0x85ebca6bu >> 16;

    for (;; at++) {
        struct entry **slot = &table->slots[at % SLOTS];
        if (*slot && (*slot)->key == key && (*slot)->address == address)
            return *slot;
        if (*slot)
            continue;
        *slot = calloc(1, sizeof(**slot));
        if (!*slot || ++table->used == SLOTS)
            abort();
        **slot = (struct entry){.key = key, .address = address};
        return *slot;
    }
}

static void meet(met *last, uint32_t *counter)
{
    *counter += *last != stretch;
    *last = stretch;
}

static bool is_less(const struct touched *a, const struct touched *b)
{
    if (a->instructions != b->instructions)
        return a->instructions < b->instructions;
    return a->code + a->data + a->translations < b->code + b->data + b->translations;
}

static void reach_rdtsc(unsigned cpu)
{
    if (running && (!best.instructions || is_less(&now, &best)))
        best = now;
    running = !running;
    running_cpu = cpu;
    now = (struct touched){0};
    stretch++;
}

static void run_code(unsigned cpu, void *data)
{
    struct code *code = data;

    if (running && cpu != running_cpu)
        return;
    if (code->rdtsc) {
        reach_rdtsc(cpu);
        return;
    }
    if (!running)
        return;
    if (code->faults && last_runner != KERNEL_RUNS)
        now.by_runner[last_runner]--;
    now.by_runner[code->runner] += now.instructions != 0;
    last_runner = code->runner;
    now.instructions++;
    now.exits += code->leaves;
    now.loads += code->loads;
    meet(&code->first->met, &now.code);
    meet(&code->last->met, &now.code);
    meet(&code->page->met, &now.translations);
}

static unsigned find_runner(uint32_t address, const uint8_t *host)
{
    if (is_kernel(address))
        return KERNEL_RUNS;
    return address >= VDSO_BASE && address < VDSO_END ? LIBRARY_RUNS : text_of(address, host);
}

/* Accesses to devices touch no lines. */
static void access_data(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
    (void)data;
    if (!running || cpu != running_cpu)
        return;
    struct qemu_plugin_hwaddr *where = qemu_plugin_get_hwaddr(info, address);
    if (!where || qemu_plugin_hwaddr_is_io(where))
        return;
    uint64_t at = qemu_plugin_hwaddr_phys_addr(where), bytes = 1u << qemu_plugin_mem_size_shift(info);
    for (uint64_t line = at >> LINE_BITS; line <= (at + bytes - 1) >> LINE_BITS; line++) {
        meet(&data_lines[line], &now.data);
        if (qemu_plugin_mem_is_store(info))
            meet(&written_lines[line], &now.written);
    }
    struct entry *page = table_find(&data_pages, at >> PAGE_BITS, (uint32_t)address >> PAGE_BITS);
    meet(&page->met, &now.translations);
}

static void end_row(unsigned cpu, void *data)
{
    (void)cpu, (void)data;
    rows = realloc(rows, (rows_used + 1) * sizeof(*rows));
    if (!rows)
        abort();
    rows[rows_used++] = best;
    best = (struct touched){0};
}

void lines(struct qemu_plugin_insn *insn, uint32_t address, const uint8_t *host)
{
    struct code *code = calloc(1, sizeof(*code));
    const uint8_t *last = host + qemu_plugin_insn_size(insn) - 1;

    if (!code)
        abort();
    code->first = table_find(&code_lines, (uintptr_t)host >> LINE_BITS, 0);
    code->last = table_find(&code_lines, (uintptr_t)last >> LINE_BITS, 0);
    code->page = table_find(&code_pages, (uintptr_t)host >> PAGE_BITS, address >> PAGE_BITS);
    code->rdtsc = is_rdtsc(host) && is_of_text(address, host);
    code->leaves = leaves_kernel(host);
    code->loads = loads_space(host);
    code->faults = is_fault_entry(address);
    code->runner = find_runner(address, host);
    watch(insn, run_code, code);
    qemu_plugin_register_vcpu_mem_cb(insn, access_data, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, NULL);
    if (address == arguments.mark && is_of_text(address, host))
        watch(insn, end_row, NULL);
}

static void write_row(FILE *out, const struct touched *row)
{
    fprintf(out, "code %u data %u written %u translations %u exits %u loads %u", row->code, row->data, row->written,
            row->translations, row->exits, row->loads);
    for (size_t i = 0; i < TEXTS; i++)
        fprintf(out, " %s %u", text_names[i], row->by_runner[i]);
    fprintf(out, " kernel %u library %u\n", row->by_runner[KERNEL_RUNS], row->by_runner[LIBRARY_RUNS]);
}

void write_lines(FILE *out)
{
    for (size_t i = 0; i < rows_used; i++)
        write_row(out, &rows[i]);
}

void lines_init(void)
{
    if (strcmp(arguments.mode, "lines") != 0)
        return;
    data_lines = calloc(1ull << (MEMORY_BITS - LINE_BITS), sizeof(met));
    written_lines = calloc(1ull << (MEMORY_BITS - LINE_BITS), sizeof(met));
    if (!data_lines || !written_lines)
        abort();
}
