/* The builtins of the working directory: `cd` goes there, along $CDPATH too, `pwd` says which it is. There are no
 * symbolic links, so -L and -P are the same. */
#pragma once

int run_cd(char **words);
int run_pwd(char **words);
