#include "servers/lib/fault.h"

#include <stdbool.h>

const char *fault_name(uint32_t vector)
{
    static const char *const names[] = {
        [VECTOR_DIVIDE_ERROR] = "divide error",
        [VECTOR_DEBUG] = "debug trap",
        [VECTOR_BREAKPOINT] = "breakpoint",
        [4] = "overflow",
        [5] = "bound exceeded",
        [VECTOR_INVALID_OPCODE] = "invalid opcode",
        [7] = "no FPU",
        [10] = "invalid task state",
        [11] = "segment not present",
        [12] = "stack segment fault",
        [13] = "general protection",
        [VECTOR_PAGE_FAULT] = "page fault",
        [VECTOR_FPU_ERROR] = "floating-point error",
        [17] = "alignment check",
        [VECTOR_SIMD_ERROR] = "SIMD floating-point error",
    };

    if (vector >= sizeof(names) / sizeof(names[0]) || !names[vector])
        return "unknown fault";
    return names[vector];
}

const char *fault_access(uint32_t cause)
{
    if (cause & FAULT_EXECUTE)
        return "execute";
    return cause & FAULT_WRITE ? "write" : "read";
}

const char *fault_reason(uint32_t address, uint32_t cause, _Bool is_mapped)
{
    if (address >= USER_END)
        return ", kernel's part";
    if (!is_mapped)
        return ", not mapped";
    if (cause & FAULT_EXECUTE)
        return ", no right to execute";
    return cause & FAULT_WRITE ? ", read-only" : ", no right to read";
}

_Bool fault_is_stack_overflow(uint32_t address, uint32_t esp)
{
    bool guard = address >= STACK_LOW - PAGE_SIZE && address < STACK_LOW;

    return esp < STACK_LOW || esp >= USER_END || (guard && esp < STACK_LOW + PAGE_SIZE);
}
