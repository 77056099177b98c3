/* Signals, by the names and numbers of Linux's <signal.h>. */
#pragma once

enum {
    SIGNAL_INT = 2,
    SIGNAL_ILL = 4,
    SIGNAL_TRAP = 5,
    SIGNAL_BUS = 7,
    SIGNAL_FPE = 8,
    SIGNAL_KILL = 9,
    SIGNAL_SEGV = 11,
    SIGNAL_PIPE = 13,
    SIGNAL_ALRM = 14,
    SIGNAL_CHLD = 17,
    SIGNAL_CONT = 18,
    SIGNAL_STOP = 19,
    SIGNAL_TTOU = 22,
    SIGNAL_URG = 23,
    SIGNAL_WINCH = 28,
    SIGNAL_SYS = 31,
    SIGNAL_NUMBERS, /* all are below */
    SIGNAL_LAST = SIGNAL_NUMBERS - 1
};

/* si_code: who sent the signal. */
enum signal_code {
    CODE_USER = 0,
    CODE_CHILD_EXITED = 1,
    CODE_CHILD_KILLED = 2,
    CODE_KERNEL = 0x80,
    CODE_QUEUE = -1,
    CODE_THREAD = -6
};
