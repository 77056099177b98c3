/* kill [-SIGNAL] PID...: a builtin, because a process may only end its descendants, and the shell has its children. */
#pragma once

int run_kill(char **words);
