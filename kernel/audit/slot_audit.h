/* Zeroes what no event can see of an object: see kernel/audit/normal.h. */
#pragma once

#include "kernel/cap/slot.h"

void object_normalise(struct object *object);
