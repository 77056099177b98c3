#include "kernel/i386/processor.h"

#include "kernel/arch/arch.h"
#include "kernel/i386/instructions.h"
#include "kernel/lib/log.h"

enum { EFLAGS_ID = 1 << 21 };
enum { EXIT_PORT = 0xf4, EXIT_PANIC = 125, BOCHS_POWER_PORT = 0x8900 };

/* The features in edx of cpuid's leaf 1; 0 if there is no cpuid, which shows by an ID flag that cannot be changed (SDM
 * volume 1, 20.1). */
static uint32_t features(void)
{
    uint32_t before, after;

    __asm__("pushf; pop %0; mov %0, %1; xor %2, %1; push %1; popf; pushf; pop %1; push %0; popf"
            : "=&r"(before), "=&r"(after)
            : "i"(EFLAGS_ID)
            : "cc");
    return before == after ? 0 : cpuid(1).edx;
}

void processor_check(void)
{
    /* Indexed by the bit in edx of cpuid's leaf 1. */
    static const char names[][9] = {
        [3] = "PSE", [5] = "MSR", [6] = "PAE", [8] = "CX8", [11] = "SYSENTER", [15] = "CMOV", [24] = "FXSR"};
    const char *before = "panic: this processor lacks";
    uint32_t there = features();

    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i][0] && !(there >> i & 1)) {
            log_print("%s %s", before, names[i]);
            before = "";
        }
    if (*before)
        return;
    log_print("; a Pentium III has it\n");
    machine_off();
}

_Noreturn void machine_off(void)
{
    while (!arch_log_step())
        ;
    __asm__ volatile("outl %0, %1" : : "a"(EXIT_PANIC), "Nd"((uint16_t)EXIT_PORT));
    for (const char *p = "Shutdown"; *p; p++)
        outb(BOCHS_POWER_PORT, (uint8_t)*p);
    for (;;)
        __asm__ volatile("cli; hlt");
}
