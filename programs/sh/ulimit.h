/*
 * The builtin `ulimit`: limits of the shell and everything that it runs. Limits of memory (-v), processes (-u) and
 * descriptors (-n) can be set, but not raised; others are only shown, and are unlimited except the stack (-s).
 */
#pragma once

int run_ulimit(char **words);
