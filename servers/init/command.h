/*
 * The command line: options for the system, each a word with a `=`, then the program and its arguments.
 *
 *      console.input=pipe     the first serial port has a pipe at its other end (servers/console/pipe_input.h)
 *      limit.memory=MIB       the program's limits, in place of the manifest's: servers/proto/start_limits.h
 *      limit.processes=N
 */
#pragma once

#include <stdbool.h>

#include "kernel/abi/abi.h"
#include "servers/proto/start_limits.h"

/* `text` has the program's name and its arguments, each with its zero byte. */
struct command {
    char text[BOOT_COMMAND_MAX];
    uint32_t count, bytes;
    bool input_is_pipe;
    struct start_limits limits;
    bool is_refused; /* a limit is invalid: the log has said so */
    bool is_demo;    /* shm_cnt without arguments, which the ISO starts: a shell may follow */
};

/* Without an option, the manifest's value stays. An unknown option is only logged. */
void command_read(struct command *command, const char *line);
