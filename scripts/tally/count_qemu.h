/* QEMU's interface by which a plugin sees and counts instructions; QEMU's package has no header for it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_INLINE_ADD_U64 = 0, QEMU_PLUGIN_MEM_RW = 3 };

typedef void (*exec_callback)(unsigned cpu, void *data);

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void *qemu_plugin_insn_haddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
                                           void (*callback)(qemu_plugin_id_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, exec_callback callback, int flags,
                                            void *data);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

/* An access to memory. The machine's address is only known during the callback. */
typedef uint32_t qemu_plugin_meminfo_t;
struct qemu_plugin_hwaddr;
typedef void (*mem_callback)(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, mem_callback callback, int flags, int which,
                                      void *data);
unsigned qemu_plugin_mem_size_shift(qemu_plugin_meminfo_t info);
bool qemu_plugin_mem_is_store(qemu_plugin_meminfo_t info);
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(qemu_plugin_meminfo_t info, uint64_t address);
bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *where);
uint64_t qemu_plugin_hwaddr_phys_addr(const struct qemu_plugin_hwaddr *where);

void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, void (*callback)(qemu_plugin_id_t, void *), void *data);

/*
 * The way of counting depends on the interface. Version 1 (QEMU before 9.0) adds to a variable; later ones have a
 * counter for each processor, in a scoreboard. QEMU has either the first of these functions or all others; the missing
 * ones are null, which tells the version.
 */
struct qemu_plugin_scoreboard;
typedef struct {
    struct qemu_plugin_scoreboard *board;
    size_t offset;
} per_cpu_counter;

#define WEAK __attribute__((weak))
WEAK void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, int operation, void *counter,
                                                     uint64_t value);
WEAK void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(struct qemu_plugin_insn *insn, int operation,
                                                              per_cpu_counter counter, uint64_t value);
WEAK struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t bytes);
WEAK uint64_t qemu_plugin_u64_sum(per_cpu_counter counter);

static inline bool has_scoreboards(void)
{
    return qemu_plugin_scoreboard_new != NULL;
}

/* The number of instructions so far, in one of the two. */
struct counter {
    uint64_t value;
    per_cpu_counter per_cpu;
};

static inline void counter_init(struct counter *counter)
{
    if (has_scoreboards())
        counter->per_cpu.board = qemu_plugin_scoreboard_new(sizeof(uint64_t));
}

/* Counts `insn` from now on. Register callbacks of the same instruction before: then they run before it is counted, in
 * all versions. */
static inline void count(struct qemu_plugin_insn *insn, struct counter *counter)
{
    if (has_scoreboards())
        qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, QEMU_PLUGIN_INLINE_ADD_U64, counter->per_cpu, 1);
    else
        qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, &counter->value, 1);
}

static inline uint64_t counted(const struct counter *counter)
{
    return has_scoreboards() ? qemu_plugin_u64_sum(counter->per_cpu) : counter->value;
}
