/* The names of signals. */
#pragma once

enum { SIGNALS = 32 }; /* greater than all numbers */

/* The number for a name, with or without SIG, or for a number; 0 for EXIT; -1: there is none. */
int signal_number(const char *text);

/* The name without SIG; null: that number has no name. */
const char *signal_name(int signal);
