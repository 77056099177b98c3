/* Instructions that user programs use as functions. */
#pragma once

static inline void stosb(void *to, int byte, int count)
{
    __asm__ volatile("cld; rep stosb" : "+D"(to), "+c"(count) : "a"(byte) : "memory", "cc");
}

static inline uint xchg(volatile uint *at, uint value)
{
    __asm__ volatile("lock; xchgl %0, %1" : "+m"(*at), "+r"(value) : : "memory", "cc");
    return value;
}
