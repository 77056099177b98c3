/* The builtin `umask`: the mode bits that new files do not get, in octal, or with -S in chmod's form. */
#pragma once

int run_umask(char **words);
