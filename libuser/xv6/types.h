/* The headers of this folder make a program written for xv6 (x86) compile and run here unchanged,
 * as far as it uses what this system has. user.h is the one with the functions. */
#pragma once

typedef unsigned int uint;
typedef unsigned short ushort;
typedef unsigned char uchar;
typedef uint pde_t;
