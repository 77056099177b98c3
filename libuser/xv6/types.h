/* With the headers of this folder, a program written for xv6 (x86) compiles and runs here unchanged,
 * unless it uses something that this system does not have. user.h has the functions. */
#pragma once

typedef unsigned int uint;
typedef unsigned short ushort;
typedef unsigned char uchar;
typedef uint pde_t;

/* Of later editions, and of courses. */
typedef unsigned char uint8;
typedef unsigned short uint16;
typedef unsigned int uint32;
typedef unsigned long long uint64;
/* As stddef.h has it, to the space. */
/* clang-format off */
#define NULL ((void*)0)
/* clang-format on */
