/* The FPU's state, in fxsave's format: SDM volume 1, 10.5. */
#include "kernel/arch/arch.h"
#include "kernel/i386/instructions.h"

enum { CR0_TS = 8, CONTROL_START = 0x37f, MXCSR_START = 0x1f80, MXCSR_AT = 24 };

void arch_fpu_init(void *state)
{
    __builtin_memset(state, 0, FPU_BYTES);
    *(uint16_t *)state = CONTROL_START;
    *(uint32_t *)((uint8_t *)state + MXCSR_AT) = MXCSR_START;
}

/* Reserved bits of MXCSR would make fxrstor fault in the kernel. */
void arch_fpu_sanitise(void *state)
{
    *(uint32_t *)((uint8_t *)state + MXCSR_AT) &= 0xffbf;
}

void arch_fpu_save(void *state)
{
    __asm__ volatile("fxsave (%0)" : : "r"(state) : "memory");
}

/* AMD's fxrstor leaves the last instruction's and operand's address alone unless an exception is
 * pending: a load from the kernel's memory replaces the other thread's. */
void arch_fpu_load(const void *state)
{
    static const uint32_t zero;

    __asm__ volatile("fnclex; ffree %%st(7); fildl %0" : : "m"(zero));
    __asm__ volatile("fxrstor (%0)" : : "r"(state) : "memory");
}

void arch_fpu_allow(bool allowed)
{
    if (allowed)
        __asm__ volatile("clts");
    else
        WRITE_CR(0, READ_CR(0) | CR0_TS);
}
