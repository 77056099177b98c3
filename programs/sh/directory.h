/* The builtins for the working directory: `cd` changes it, with $CDPATH, and `pwd` prints it. There are no symbolic
 * links, so -L and -P are the same. */
#pragma once

int run_cd(char **words);
int run_pwd(char **words);
