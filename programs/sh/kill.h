/* kill [-SIGNAL] PID...: a builtin, as a process may only end what is below it, and the shell's children are that. */
#pragma once

int run_kill(char **words);
