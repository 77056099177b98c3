/* Fork: gives a space's pages to its child, too. */
#pragma once

#include "servers/mem/space.h"

/*
 * Makes an empty space a copy of its parent, whose task waits until that is done. Writable private pages are shared
 * until one side writes, except the page at the end of the stack; segments stay shared and are inherited with their
 * counts of opens. 0; MEM_MORE: a step is done, continue with fork_more(); -ENOMEM: the child must be destroyed, and
 * the parent has only lost the right to write some pages without a fault.
 */
int fork_space(struct space *parent, struct space *child);

/* -EINVAL: no copy of that parent was begun there, or it has failed. */
int fork_more(struct space *parent, struct space *child);
