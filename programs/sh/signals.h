/* Signals by their names. */
#pragma once

enum { SIGNALS = 32 }; /* numbers are below */

/* Of a name, with or without SIG, or a number; 0 for EXIT; -1: there is none. */
int signal_number(const char *text);

/* Without SIG; null: that number has no name. */
const char *signal_name(int signal);
