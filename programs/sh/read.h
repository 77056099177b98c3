/* The builtin `read`: a line of standard input, in fields. */
#pragma once

int run_read(char **words);
