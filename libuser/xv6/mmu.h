/* Page constants for programs. */
#pragma once

#include "libuser/xv6/memlayout.h"

#define PGSIZE               4096
#define PGROUNDUP(size)      (((size) + PGSIZE - 1) & ~(PGSIZE - 1))
#define PGROUNDDOWN(address) ((address) & ~(PGSIZE - 1))
