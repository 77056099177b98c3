/*
 * A plugin of QEMU that counts instructions of the booted system; QEMU's package has no header for
 * it. Arguments: out=FILE, mode=MODE, and
 *
 *   mode=stretch  the parts of the shortest stretch between two rdtsc of a program, without the
 *                 first instruction, which keeps the counter's value
 *   mode=longest  the parts of the longest stretch that the kernel ran with interrupts off
 *   mode=totals   the length of that stretch; with a mark, too, how many instructions there were from
 *                 the kernel's first to a program's first, and to the `mark`
 *
 *   text=FILE     the text of a program as it is from PROGRAM_BASE on: that of the rdtsc, of the mark
 *   entry=, breathe=, mark=   addresses, hexadecimal: where the kernel begins; its instruction
 *                             behind which interrupts are let in; see above
 *   faults=, faults_end=      between them the kernel is entered when an instruction could not be
 *                             done; the plugin then sees that one twice
 *
 * The kernel's addresses are above all programs'. Programs have the same addresses: which one ran is
 * found by what its page holds, so `page NUMBER HEX` goes before the first part in that page.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------- QEMU's side of it */

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_INLINE_ADD_U64 = 0 };

typedef void (*exec_callback)(unsigned cpu, void *data);

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void *qemu_plugin_insn_haddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
                                           void (*callback)(qemu_plugin_id_t,
                                                            struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, exec_callback callback,
                                            int flags, void *data);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, void (*callback)(qemu_plugin_id_t, void *),
                                    void *data);

/*
 * How instructions are counted depends on the interface. Version 1 (QEMU before 9.0) adds to a
 * variable; later ones have a counter for each processor, in a scoreboard. Of these functions QEMU
 * has the first or all others: the missing ones are null, which says what it offers.
 */
struct qemu_plugin_scoreboard;
typedef struct {
    struct qemu_plugin_scoreboard *board;
    size_t offset;
} per_cpu_counter;

#define WEAK __attribute__((weak))
WEAK void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, int operation,
                                                     void *counter, uint64_t value);
WEAK void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(struct qemu_plugin_insn *insn,
                                                              int operation,
                                                              per_cpu_counter counter,
                                                              uint64_t value);
WEAK struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t bytes);
WEAK uint64_t qemu_plugin_u64_sum(per_cpu_counter counter);

/* QEMU reads it when the library is loaded, and refuses versions it does not offer. */
int qemu_plugin_version = 1;

static bool has_scoreboards(void)
{
    return qemu_plugin_scoreboard_new != NULL;
}

__attribute__((constructor)) static void choose_interface(void)
{
    if (has_scoreboards())
        qemu_plugin_version = 2;
}

/* ------------------------------------------------------------------------------- the counters */

/* Instructions so far: one of the two holds them. */
struct counter {
    uint64_t value;
    per_cpu_counter per_cpu;
};

static void counter_init(struct counter *counter)
{
    if (has_scoreboards())
        counter->per_cpu.board = qemu_plugin_scoreboard_new(sizeof(uint64_t));
}

/* From now on `insn` is counted. Callbacks of the same instruction are to be registered before: then
 * no version has counted it yet when they run. */
static void count(struct qemu_plugin_insn *insn, struct counter *counter)
{
    if (has_scoreboards())
        qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, QEMU_PLUGIN_INLINE_ADD_U64,
                                                            counter->per_cpu, 1);
    else
        qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64,
                                                   &counter->value, 1);
}

static uint64_t counted(const struct counter *counter)
{
    return has_scoreboards() ? qemu_plugin_u64_sum(counter->per_cpu) : counter->value;
}

/* ------------------------------------------------------------------------------- the program */

enum { PAGE = 4096, PROGRAM_BASE = 0x900000, MAPPED_AT = 0xc0000000u };
enum { RDTSC_0 = 0x0f, RDTSC_1 = 0x31, SYSEXIT_0 = 0x0f, SYSEXIT_1 = 0x35, IRET = 0xcf, HLT = 0xf4 };

static struct {
    const char *out, *mode;
    uint32_t entry, breathe, mark, faults, faults_end;
} arguments;

static uint8_t *text;
static size_t text_bytes;

static bool is_kernel(uint32_t address)
{
    return address >= MAPPED_AT;
}

static bool lets_interrupts_in(uint32_t address, const uint8_t *host)
{
    return address == arguments.breathe || (is_kernel(address) && *host == HLT);
}

static bool leaves_kernel(const uint8_t *host)
{
    return *host == IRET || (host[0] == SYSEXIT_0 && host[1] == SYSEXIT_1);
}

/* Whether the page that has `address`, seen at `host`, is one of the program's text. */
static bool is_of_text(uint32_t address, const uint8_t *host)
{
    uint32_t page = address & -(uint32_t)PAGE, offset = page - PROGRAM_BASE;

    if (page < PROGRAM_BASE || offset >= text_bytes)
        return false;
    size_t bytes = text_bytes - offset < PAGE ? text_bytes - offset : PAGE;
    return memcmp(host - (address - page), text + offset, bytes) == 0;
}

static void watch(struct qemu_plugin_insn *insn, exec_callback callback, void *data)
{
    qemu_plugin_register_vcpu_insn_exec_cb(insn, callback, QEMU_PLUGIN_CB_NO_REGS, data);
}

/* -------------------------------------------------------------------------------- the totals */

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

/* Interrupts are let in, or the kernel is left. */
static void end_of_kernel(unsigned cpu, void *data)
{
    uint64_t so_far = counted(&kernel);

    (void)cpu, (void)data;
    if (boot_is_over && so_far - kernel_before > longest)
        longest = so_far - kernel_before;
    kernel_before = so_far;
}

/* Where the kernel is left, and not at each block of a program: of those there are many more. */
static void leave_kernel(unsigned cpu, void *data)
{
    if (!is_entered)
        return;
    if (!boot_is_over)
        first_of_user = counted(&all) + 1;
    end_of_kernel(cpu, data);
    boot_is_over = true;
}

static void total(struct qemu_plugin_insn *insn, uint32_t address, const uint8_t *host)
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

static void write_totals(FILE *out)
{
    fprintf(out, "longest %llu\n", (unsigned long long)longest);
    fprintf(out, "first_of_user %llu\n", (unsigned long long)(first_of_user - first));
    fprintf(out, "mark %llu\n", (unsigned long long)(at_mark ? at_mark - first : 0));
}

/* --------------------------------------------------------------------------------- the parts */

enum { PAGES_MAX = 4096, NOT_A_PAGE = 0 };

/* An instruction where it was translated. */
struct part {
    uint32_t address, page, count;
    bool rdtsc; /* of the program */
};

/* A stretch, in the order in which it ran. */
struct stretch {
    struct part **parts;
    size_t used, room;
};

static struct stretch now, best;
static bool running, found;
static unsigned running_cpu; /* others may run meanwhile */
static const uint8_t *pages[PAGES_MAX]; /* of programs, where QEMU has them; from 1 on */
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
    return part->address >= arguments.faults && part->address < arguments.faults_end && now.used &&
           !is_kernel(now.parts[now.used - 1]->address);
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

static void part(struct qemu_plugin_insn *insn, uint32_t address, const uint8_t *host)
{
    struct part *part = calloc(1, sizeof(*part));

    if (!part)
        abort();
    part->address = address;
    part->page = is_kernel(address) ? NOT_A_PAGE : page_number(host);
    part->rdtsc = host[0] == RDTSC_0 && host[1] == RDTSC_1 && is_of_text(address, host);
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

static void write_page(FILE *out, uint32_t number)
{
    fprintf(out, "page %u ", number);
    for (int i = 0; i < PAGE; i++)
        fprintf(out, "%02x", pages[number][i]);
    fprintf(out, "\n");
    pages[number] = NULL;
}

static void write_parts(FILE *out)
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

/* ------------------------------------------------------------------------------------ the run */

static bool wants_totals(void)
{
    return strcmp(arguments.mode, "totals") == 0;
}

/* Firmware may run where QEMU has no memory. */
static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint32_t address = (uint32_t)qemu_plugin_insn_vaddr(insn);
        const uint8_t *host = qemu_plugin_insn_haddr(insn);
        if (!host)
            continue;
        if (wants_totals())
            total(insn, address, host);
        else
            part(insn, address, host);
    }
}

static void ended(qemu_plugin_id_t id, void *data)
{
    FILE *out = fopen(arguments.out, "w");

    (void)id, (void)data;
    if (!out)
        abort();
    if (wants_totals())
        write_totals(out);
    else
        write_parts(out);
    fclose(out);
}

static bool read_text(const char *name)
{
    FILE *file = fopen(name, "rb");

    if (!file)
        return false;
    fseek(file, 0, SEEK_END);
    text_bytes = (size_t)ftell(file);
    rewind(file);
    text = malloc(text_bytes);
    bool good = text && fread(text, 1, text_bytes, file) == text_bytes;
    fclose(file);
    return good;
}

static const char *argument(int argc, char **argv, const char *name)
{
    size_t length = strlen(name);

    for (int i = 0; i < argc; i++)
        if (strncmp(argv[i], name, length) == 0 && argv[i][length] == '=')
            return argv[i] + length + 1;
    return "";
}

static uint32_t address_argument(int argc, char **argv, const char *name)
{
    return (uint32_t)strtoul(argument(argc, argv, name), NULL, 16);
}

int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
    (void)info;
    arguments.out = strdup(argument(argc, argv, "out"));
    arguments.mode = strdup(argument(argc, argv, "mode"));
    arguments.entry = address_argument(argc, argv, "entry");
    arguments.breathe = address_argument(argc, argv, "breathe");
    arguments.mark = address_argument(argc, argv, "mark");
    arguments.faults = address_argument(argc, argv, "faults");
    arguments.faults_end = address_argument(argc, argv, "faults_end");
    if (!read_text(argument(argc, argv, "text")))
        return 1;
    counter_init(&all);
    counter_init(&kernel);
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, ended, NULL);
    return 0;
}
