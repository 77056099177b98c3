/*
 * The initial tree:
 *
 *      /bin/...      the boot archive's programs
 *      /...          the same, as xv6's programs look for others in their own directory
 *      /...          files that were put into the archive
 *      /dev/...      console, tty, null, zero, full; the console is /console, too
 *      /tmp
 */
#pragma once

#include <stdint.h>

struct inode;

/* The archive's `pages` pages stay at `archive`. */
void tree_init(const void *archive, uint32_t pages);

/* The console's device. */
struct inode *tree_console(void);
