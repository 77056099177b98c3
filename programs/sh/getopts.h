/* The builtin `getopts`: the next option from words such as `-ab -c VALUE`. */
#pragma once

int run_getopts(char **words);
