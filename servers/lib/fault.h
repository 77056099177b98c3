/* Descriptions of faults. */
#pragma once

#include "kernel/abi/abi.h"

enum {
    VECTOR_DIVIDE_ERROR = 0,
    VECTOR_DEBUG = 1,
    VECTOR_BREAKPOINT = 3,
    VECTOR_INVALID_OPCODE = 6,
    VECTOR_PAGE_FAULT = 14,
    VECTOR_FPU_ERROR = 16,
    VECTOR_SIMD_ERROR = 19
};

/* What the processor calls a vector below 32. */
const char *fault_name(uint32_t vector);

/* For a page fault: what was tried, by its cause. */
const char *fault_access(uint32_t cause);

/* Why that could not be, behind a comma; `is_mapped`: a page is there, and does not allow it. */
const char *fault_reason(uint32_t address, uint32_t cause, _Bool is_mapped);

/* True for a page fault of a program whose stack had no more room: it pushed into the page below, or
 * esp is beyond, perhaps by so much that a user's memory does not reach there. */
_Bool fault_is_stack_overflow(uint32_t address, uint32_t esp);
