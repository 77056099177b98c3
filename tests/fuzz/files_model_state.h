/*
 * The clients of the naive model in files_model.h and what they have open, for the parts of the model.
 */
#pragma once

#include "tests/fuzz/files_model.h"

/* Of the console it has neither. */
struct opened {
    uint32_t holders, flags, offset;
    struct file *file;
    struct pipe *pipe;
};

struct program {
    bool lives, is_dead, was_waiting;
    struct opened *fds[MODEL_FDS], *waits_for;
    bool closes[MODEL_FDS];
    struct expected expected;
    char data[FILE_TRANSFER_MAX]; /* that it reads, or waits to write */
};

extern struct program model_programs[MODEL_CLIENTS + 1];

void model_answer(uint32_t client, int32_t status, uint32_t result);

/* Null if that descriptor is not open. */
struct opened *model_opened(uint32_t client, uint32_t fd);

/* The first free descriptor from `fd` on, or -EMFILE. */
int32_t model_free_fd(uint32_t client, uint32_t fd);

/* A free descriptor is set, an open one is closed. */
void model_set_fd(uint32_t client, uint32_t fd, struct opened *opened, bool closes);
void model_close_fd(uint32_t client, uint32_t fd);
