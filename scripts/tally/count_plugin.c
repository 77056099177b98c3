/*
 * A plugin of QEMU that counts instructions of the booted system. Arguments: out=FILE, mode=MODE, and
 *
 *   mode=stretch  the parts of the shortest stretch between two rdtsc of a program, without the
 *                 first instruction, which keeps the counter's value
 *   mode=longest  the parts of the longest stretch that the kernel ran with interrupts off
 *   mode=totals   the length of that stretch; with a `mark` also the number of instructions from the
 *                 kernel's first to a program's first, and to the mark
 *   mode=servers  the lengths of the longest stretches in which servers ran and no program did: before
 *                 the `mark` ran for the first time, from then to the second time, and so on
 *   mode=kept     the parts of the longest of those
 *   mode=lines    for each run of the `mark`: the instructions of the shortest stretch between two rdtsc
 *                 since the last run, without the first one, by who runs them, its distinct lines of
 *                 code, of data and of written data, and its distinct address translations
 *   mode=walks    the instructions that ran, and when, see count_parts.c: from the kernel's first on, and
 *                 again, after a line `walk`, from each rdtsc of a program on
 *
 *   text=FILE     the text of a program, from PROGRAM_BASE on: that of the rdtsc and of the mark
 *   init=, mem=, proc=, console=, files=   the same for the servers
 *   worker=, worker_end=      a function of proc that ends a stretch as a program does: it runs in a thread
 *                             with a program's priority, which asks for the next part of long work
 *   entry=, preemption_point=, mark=   addresses, hexadecimal: the kernel's first instruction; its
 *                             instruction after which interrupts are let in; see above
 *   faults=, faults_end=      the range of the kernel's entries for faults: the plugin sees the
 *                             faulting instruction twice
 *
 * The kernel's addresses are above all programs'. All programs have the same addresses, and are distinguished
 * by the contents of their pages: so a line `page NUMBER HEX` comes before the first part in that page.
 */
#include "count_plugin.h"

#include <stdlib.h>
#include <string.h>

/* QEMU reads it when it loads the library, and refuses versions that it does not offer. */
int qemu_plugin_version = 1;

__attribute__((constructor)) static void choose_interface(void)
{
    if (has_scoreboards())
        qemu_plugin_version = 2;
}

/* ------------------------------------------------------------------------------- the program */

enum { SYSEXIT_0 = 0x0f, SYSEXIT_1 = 0x35, IRET = 0xcf, RDTSC_0 = 0x0f, RDTSC_1 = 0x31 };
enum {
    TO_CONTROL_0 = 0x0f,
    TO_CONTROL_1 = 0x22,
    REG_SHIFT = 3,
    REG_MASK = 7
}; /* mov to the control register in the third byte */

struct arguments arguments;

const char *const text_names[TEXTS] = {"text", "init", "mem", "proc", "console", "files"};
static struct text {
    uint8_t *bytes;
    size_t size; /* 0: not given */
} texts[TEXTS];

bool is_kernel(uint32_t address)
{
    return address >= MAPPED_AT;
}

bool is_fault_entry(uint32_t address)
{
    return address >= arguments.faults && address < arguments.faults_end;
}

bool lets_interrupts_in(uint32_t address, const uint8_t *host)
{
    return address == arguments.preemption_point || (is_kernel(address) && *host == HLT);
}

bool leaves_kernel(const uint8_t *host)
{
    return *host == IRET || (host[0] == SYSEXIT_0 && host[1] == SYSEXIT_1);
}

bool loads_space(const uint8_t *host)
{
    return host[0] == TO_CONTROL_0 && host[1] == TO_CONTROL_1 && (host[2] >> REG_SHIFT & REG_MASK) == 3;
}

bool is_rdtsc(const uint8_t *host)
{
    return host[0] == RDTSC_0 && host[1] == RDTSC_1;
}

static bool is_of(const struct text *text, uint32_t address, const uint8_t *host)
{
    uint32_t page = address & -(uint32_t)PAGE, offset = page - PROGRAM_BASE;

    if (page < PROGRAM_BASE || offset >= text->size)
        return false;
    size_t bytes = text->size - offset < PAGE ? text->size - offset : PAGE;
    return memcmp(host - (address - page), text->bytes + offset, bytes) == 0;
}

bool is_of_text(uint32_t address, const uint8_t *host)
{
    return is_of(&texts[TEXT_OF_PROGRAM], address, host);
}

enum text_number text_of(uint32_t address, const uint8_t *host)
{
    enum text_number i = TEXT_OF_INIT;

    while (i < TEXTS && !is_of(&texts[i], address, host))
        i++;
    return i == TEXTS ? TEXT_OF_PROGRAM : i;
}

enum runner runner_of(uint32_t address, const uint8_t *host)
{
    if (address >= VDSO_BASE && address < VDSO_END)
        return PROGRAM;
    if (address < PROGRAM_BASE)
        return OTHER;
    if (is_kernel(address))
        return KERNEL;
    enum text_number text = text_of(address, host);
    if (text == TEXT_OF_PROC && address >= arguments.worker && address < arguments.worker_end)
        return WORKER;
    return text == TEXT_OF_PROGRAM ? PROGRAM : text == TEXT_OF_INIT ? INIT : SERVER;
}

void watch(struct qemu_plugin_insn *insn, exec_callback callback, void *data)
{
    qemu_plugin_register_vcpu_insn_exec_cb(insn, callback, QEMU_PLUGIN_CB_NO_REGS, data);
}

/* ------------------------------------------------------------------------------------ the run */

typedef void (*take)(struct qemu_plugin_insn *insn, uint32_t address, const uint8_t *host);

static const struct mode {
    const char *name;
    take take; /* a mode's function for a translated instruction */
    void (*write)(FILE *out);
} modes[] = {
    {"stretch", part, write_parts},      {"longest", part, write_parts},   {"totals", total, write_totals},
    {"servers", servers, write_servers}, {"kept", kept_part, write_parts}, {"lines", lines, write_lines},
    {"walks", walk_part, write_walks},
};
static const struct mode *mode;

static const struct mode *find_mode(const char *name)
{
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
        if (strcmp(modes[i].name, name) == 0)
            return &modes[i];
    return NULL;
}

/* Firmware may run where QEMU has no memory. */
static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        const uint8_t *host = qemu_plugin_insn_haddr(insn);
        if (host)
            mode->take(insn, (uint32_t)qemu_plugin_insn_vaddr(insn), host);
    }
}

static void ended(qemu_plugin_id_t id, void *data)
{
    FILE *out = fopen(arguments.out, "w");

    (void)id, (void)data;
    if (!out)
        abort();
    mode->write(out);
    fclose(out);
}

static bool read_text(const char *name, struct text *text)
{
    FILE *file = fopen(name, "rb");

    if (!file)
        return false;
    fseek(file, 0, SEEK_END);
    text->size = (size_t)ftell(file);
    rewind(file);
    text->bytes = malloc(text->size);
    bool good = text->bytes && fread(text->bytes, 1, text->size, file) == text->size;
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

static bool read_texts(int argc, char **argv)
{
    for (int i = 0; i < TEXTS; i++) {
        const char *name = argument(argc, argv, text_names[i]);
        if (*name && !read_text(name, &texts[i]))
            return false;
    }
    return true;
}

int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
    (void)info;
    arguments.out = strdup(argument(argc, argv, "out"));
    arguments.mode = strdup(argument(argc, argv, "mode"));
    arguments.entry = address_argument(argc, argv, "entry");
    arguments.preemption_point = address_argument(argc, argv, "preemption_point");
    arguments.mark = address_argument(argc, argv, "mark");
    arguments.faults = address_argument(argc, argv, "faults");
    arguments.faults_end = address_argument(argc, argv, "faults_end");
    arguments.worker = address_argument(argc, argv, "worker");
    arguments.worker_end = address_argument(argc, argv, "worker_end");
    mode = find_mode(arguments.mode);
    if (!mode || !read_texts(argc, argv))
        return 1;
    totals_init();
    servers_init();
    lines_init();
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, ended, NULL);
    return 0;
}
