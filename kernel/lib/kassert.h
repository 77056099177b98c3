/* Assertions state what the kernel guarantees. A user's mistake is an error code, never a failed assertion. */
#pragma once

_Noreturn void panic(const char *what, const char *file, int line);

#define assert(cond) (__builtin_expect(!!(cond), 1) ? (void)0 : panic(#cond, __FILE__, __LINE__))
