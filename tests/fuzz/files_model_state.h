/*
 * The clients of the naive model in files_model.h and what they have open, shared by the parts of the model.
 */
#pragma once

#include "tests/fuzz/files_model.h"

enum { MODEL_OPENS = MODEL_CLIENTS * MODEL_FDS + 2, FILE_MOST = MODEL_OFFSETS + MODEL_STEPS * FILE_TRANSFER_MAX };

/* For each byte that can be locked, one of enum file_lock_kind. */
struct locks {
    uint8_t kinds[MODEL_LOCKED];
};

struct file {
    uint32_t size;
    char data[FILE_MOST];
    struct locks locks[MODEL_CLIENTS + 1]; /* owned by clients */
};

/* An open file. Of the console it has neither a file nor a pipe. */
struct opened {
    uint32_t holders, flags, offset;
    struct file *file, *locked; /* `locked`: the same file, or the console */
    struct pipe *pipe;
    struct locks locks; /* of the file, owned by this open file */
    uint8_t whole;      /* one of enum file_lock_kind, by flock */
};

struct program {
    bool lives, is_dead, was_waiting;
    struct opened *fds[MODEL_FDS], *waits_for;
    bool closes[MODEL_FDS];
    struct model_lock waits_to; /* the lock it waits for, if `waits_for` can be locked */
    struct expected expected;
    char data[FILE_TRANSFER_MAX]; /* what it reads, or what its waiting write writes */
};

extern struct program model_programs[MODEL_CLIENTS + 1];
extern struct opened model_opens[MODEL_OPENS];

void model_reply(uint32_t client, int32_t status, uint32_t result);

/* Null if the descriptor is not open. */
struct opened *model_opened(uint32_t client, uint32_t fd);

bool model_may_read(const struct opened *opened);
bool model_may_write(const struct opened *opened);

/* The first free descriptor from `fd` on, or -EMFILE. */
int32_t model_free_fd(uint32_t client, uint32_t fd);

/* Sets a free descriptor, or closes an open one. */
void model_set_fd(uint32_t client, uint32_t fd, struct opened *opened, bool closes);
void model_close_fd(uint32_t client, uint32_t fd);

/* For locks: a new file has none; a file was opened; the client closes a descriptor of the file. */
void model_file_is_new(struct file *file);
void model_opened_is_new(struct opened *opened);
void model_unlock(uint32_t client, struct file *file);
