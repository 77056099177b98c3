/* The builtin `read`: reads a line of standard input, and splits it into fields. */
#pragma once

int run_read(char **words);
