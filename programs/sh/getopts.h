/* The builtin: the next option of words as `-ab -c VALUE`. */
#pragma once

int run_getopts(char **words);
