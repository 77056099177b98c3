/* Calls of our own, in addition to Linux's. */
#pragma once

/* Calls of libuser/vdso/calls.def. */
enum { TALLY_REMOVE = 507, TALLY_WAIT = 508, TALLY_SBRK = 509, TALLY_BEFORE_READ = 510 };

/* Of open's flags: reads of a directory that was opened with it give xv6's records of 16 bytes,
 * {ushort inum; char name[14]}. */
enum { OPEN_AS_XV6 = 0x40000000 };
