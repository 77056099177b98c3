/*
 * The builtin `ulimit`: what the shell, and all that it runs, may have. The system limits memory (-v), processes (-u)
 * and descriptors (-n), of which a limit can only be lowered; others are shown, and have none but the stack (-s).
 */
#pragma once

int run_ulimit(char **words);
