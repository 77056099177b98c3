/* A page in which a test and its children leave each other word. */
#pragma once

/* A page of zeros in the numbered segment `id`, which children inherit. The program ends if there can be none. */
void *board_open(int id);
