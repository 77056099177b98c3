/* Beside slot_audit(): what no event sees of an object is made zero. See kernel/audit/normal.h. */
#pragma once

#include "kernel/cap/slot.h"

void object_normalise(struct object *object);
