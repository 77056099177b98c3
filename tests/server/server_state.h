/* Where the server's variables begin and end: objects are linked in the order in which a program's head names them. */
#pragma once

extern char state_data_begin[1], state_data_end[1]; /* with a value at first */
extern char state_bss_begin[1], state_bss_end[1];   /* zero at first */
