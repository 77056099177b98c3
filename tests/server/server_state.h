/* The limits of the server's variables: objects are linked in the order in which a program's head names them. */
#pragma once

extern char state_data_begin[1], state_data_end[1]; /* initialised variables */
extern char state_bss_begin[1], state_bss_end[1];   /* variables that are zero at first */
