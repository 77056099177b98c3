#pragma once

/* The first address above a process's. */
#define KERNBASE 0xc0000000
#define USERTOP  KERNBASE
