/* What the modes of count_plugin.c share. */
#pragma once

#include "count_qemu.h"

#include <stdio.h>

enum { PAGE = 4096, VDSO_BASE = 0x8e8000, VDSO_END = 0x8f8000, PROGRAM_BASE = 0x900000, MAPPED_AT = 0xc0000000u };
enum { HLT = 0xf4 };

struct arguments {
    const char *out, *mode;
    uint32_t entry, preemption_point, mark, faults, faults_end, worker, worker_end;
};
extern struct arguments arguments;

bool is_kernel(uint32_t address);

/* An instruction is given by its address and by its host address in QEMU's memory. */
bool lets_interrupts_in(uint32_t address, const uint8_t *host);
bool leaves_kernel(const uint8_t *host);

/* True if it writes CR3. */
bool loads_space(const uint8_t *host);

bool is_rdtsc(const uint8_t *host);

/* True if its page belongs to the text of the observed program. */
bool is_of_text(uint32_t address, const uint8_t *host);

/* TEXT_OF_PROGRAM: any text that is no server's. */
enum text_number { TEXT_OF_PROGRAM, TEXT_OF_INIT, TEXT_OF_MEM, TEXT_OF_PROC, TEXT_OF_CONSOLE, TEXT_OF_FILE, TEXTS };
extern const char *const text_names[TEXTS];
enum text_number text_of(uint32_t address, const uint8_t *host);

bool is_fault_entry(uint32_t address);

/* OTHER: firmware, and the first steps of the kernel. WORKER: that function of proc, see below. */
enum runner { OTHER, KERNEL, INIT, SERVER, WORKER, PROGRAM };
enum runner runner_of(uint32_t address, const uint8_t *host);

void watch(struct qemu_plugin_insn *insn, exec_callback callback, void *data);

/* The modes: a function for each translated instruction, and one that writes the result at the end. */
void total(struct qemu_plugin_insn *insn, uint32_t address, const uint8_t *host);
void write_totals(FILE *out);
void servers(struct qemu_plugin_insn *insn, uint32_t address, const uint8_t *host);
void write_servers(FILE *out);
void part(struct qemu_plugin_insn *insn, uint32_t address, const uint8_t *host);
void kept_part(struct qemu_plugin_insn *insn, uint32_t address, const uint8_t *host);
void write_parts(FILE *out);
void walk_part(struct qemu_plugin_insn *insn, uint32_t address, const uint8_t *host);
void write_walks(FILE *out);
void lines(struct qemu_plugin_insn *insn, uint32_t address, const uint8_t *host);
void write_lines(FILE *out);

/* Called before any instruction. */
void totals_init(void);
void servers_init(void);
void lines_init(void);
