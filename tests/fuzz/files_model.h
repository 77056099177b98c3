/*
 * A naive model of the file server: a file is an array, a pipe a queue of bytes with two queues of clients. Each
 * function is a call; model_expected() is the reply that it must get, and those that calls that waited must get.
 *
 *   M1  reads return what was written, to files and to pipes
 *   M2  a read of an empty pipe waits as long as there is a writer, and gets its reply in turn; so does a write to a
 *       full one
 *   M3  a client whose thread is gone takes nothing out, and puts nothing in
 *   M4  a lock is granted unless a lock of another owner conflicts; a client that waits gets it as soon as none does,
 *       or EDEADLK if it would wait for itself
 */
#pragma once

#include "tests/server/file_machine.h"

enum { MODEL_CLIENTS = 5, MODEL_FDS = 20, MODEL_NAMES = 5, MODEL_OFFSETS = 9000, MODEL_STEPS = 150, MODEL_LOCKED = 24 };

/* Of the whole file, as by flock, or of bytes from `first` on, as by fcntl. The owner is a client or an open file. */
struct model_lock {
    bool is_whole, is_open_file;
    uint32_t wait, kind, first, bytes;
};

struct expected {
    int32_t status;         /* or WAITS */
    uint32_t result, bytes; /* `bytes`: how many were asked for */
    const char *data;       /* `result` bytes of data; null: none */
};

void model_begin(void);

/* The next call begins. A client that waits now counts as one that was waiting. */
void model_next(void);

bool model_lives(uint32_t client);
bool model_waits_for_lock(uint32_t client);
bool model_shares(uint32_t client, uint32_t fd); /* another descriptor of it has the same open file */
bool model_waits(uint32_t client);
bool model_was_waiting(uint32_t client); /* and its thread still exists */
const struct expected *model_expected(uint32_t client);

void model_begin_client(uint32_t client);
void model_fork(uint32_t client, uint32_t child);
void model_exec(uint32_t client);
void model_kill(uint32_t client); /* its thread is gone */
void model_release(uint32_t client);
void model_interrupt(uint32_t client);

void model_open(uint32_t client, uint32_t name, uint32_t flags);
void model_remove(uint32_t client, uint32_t name);
void model_truncate(uint32_t client, uint32_t name, uint32_t size);
void model_close(uint32_t client, uint32_t fd);
void model_read(uint32_t client, uint32_t fd, uint32_t bytes, uint32_t wait);
void model_read_at(uint32_t client, uint32_t fd, uint32_t bytes, uint32_t offset);
void model_write(uint32_t client, uint32_t fd, const char *data, uint32_t bytes, uint32_t interrupted);
void model_write_at(uint32_t client, uint32_t fd, const char *data, uint32_t bytes, uint32_t offset);
void model_seek(uint32_t client, uint32_t fd, int32_t offset, uint32_t whence);
void model_duplicate(uint32_t client, uint32_t fd, uint32_t to, uint32_t flags);
void model_set_flags(uint32_t client, uint32_t fd, uint32_t flags);
void model_lock(uint32_t client, uint32_t fd, struct model_lock lock);
void model_look(uint32_t client, uint32_t fd, struct model_lock lock);
void model_pipe(uint32_t client, uint32_t flags);

/* The offset from which `whence` counts in the client's open file: 0, its offset or its size; 0 if the descriptor is
 * not open. */
uint32_t model_base(uint32_t client, uint32_t fd, uint32_t whence);

/* M4: the server has replied to every client that no longer needs to wait for a lock. */
void model_settle_locks(void);
