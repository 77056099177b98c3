/* A script as it is run for each line. */
#pragma once

#include <stdbool.h>

#include "programs/sed/script.h"

/* All lines of the input; a silent one writes none by itself. */
void edit(struct script *script, bool is_silent);
