/* Runs a script for each line. */
#pragma once

#include <stdbool.h>

#include "programs/sed/script.h"

/* Processes all lines of the input; `is_silent`: writes none by itself. */
void edit(struct script *script, bool is_silent);
