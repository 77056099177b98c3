/* A page in which a test and its children leave data for each other. */
#pragma once

/* A page of zeros in the numbered segment `id`, which children inherit. Ends the program if there is none. */
void *board_open(int id);
