/* Fork: gives a space's pages to its child, too. */
#pragma once

#include "servers/mem/space.h"

/*
 * Makes an empty space a copy of its parent, whose task waits until that is done. Private pages that may be written are
 * shared until one side writes, but for the one where the stack ends; segments stay shared and are inherited with
 * their opens. 0; MEM_MORE: a step is done, fork_more() goes on; -ENOMEM: then the child is to be destroyed, and the
 * parent lost nothing but the right to write some pages without a fault.
 */
int fork_space(struct space *parent, struct space *child);

/* -EINVAL: no copy of that parent was begun there, or it has failed. */
int fork_more(struct space *parent, struct space *child);
