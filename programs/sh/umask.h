/* The builtin `umask`: the mode that new files do not get, in octal, or with -S as chmod has modes. */
#pragma once

int run_umask(char **words);
