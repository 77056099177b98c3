/* Descriptions of faults. */
#pragma once

#include "kernel/abi/abi.h"

enum {
    VECTOR_DIVIDE_ERROR = 0,
    VECTOR_DEBUG = 1,
    VECTOR_BREAKPOINT = 3,
    VECTOR_INVALID_OPCODE = 6,
    VECTOR_FPU_ERROR = 16,
    VECTOR_SIMD_ERROR = 19
};

/* The processor's name for a vector below 32. */
const char *fault_name(uint32_t vector);

/* The access that caused a page fault. */
const char *fault_access(uint32_t cause);

/* Why it failed, with a comma before it; `is_mapped`: a page is there, but does not allow the access. */
const char *fault_reason(uint32_t address, uint32_t cause, _Bool is_mapped);

/* True for a page fault because the stack overflowed: the program pushed into the page below it, or esp is
 * below, perhaps so far that it wrapped out of user memory. */
_Bool fault_is_stack_overflow(uint32_t address, uint32_t esp);
