/*
 * A naive model of the file server: files are arrays, a pipe a queue of bytes with two queues of clients. Each function
 * is a call; what it must be answered is in model_expected(), also of those who waited.
 *
 *   M1  what is written is what is read, of files and of pipes
 *   M2  who reads of an empty pipe waits while somebody writes, and is answered in turn; who writes to a full one
 * likewise M3  one whose thread is gone takes nothing out, and puts nothing in
 *   M4  a lock is got unless another owner's is in its way; who waits gets it when none is, or would wait for itself
 */
#pragma once

#include "tests/server/file_machine.h"

enum { MODEL_CLIENTS = 5, MODEL_FDS = 20, MODEL_NAMES = 5, MODEL_OFFSETS = 9000, MODEL_STEPS = 150, MODEL_LOCKED = 24 };

/* Of all of the file as flock, else of bytes from `first` on, as fcntl; the owner is a client, or an open file. */
struct model_lock {
    bool is_whole, is_open_file, waits;
    uint32_t kind, first, bytes;
};

struct expected {
    int32_t status;         /* or WAITS */
    uint32_t result, bytes; /* bytes: that were asked for */
    const char *data;       /* `result` of them; null: none */
};

void model_begin(void);

/* The next call comes: who waits now, was waiting. */
void model_next(void);

bool model_lives(uint32_t client);
bool model_waits_for_lock(uint32_t client);
bool model_shares(uint32_t client, uint32_t fd); /* what it has opened, with another descriptor */
bool model_waits(uint32_t client);
bool model_was_waiting(uint32_t client); /* with a thread that hears */
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
void model_read(uint32_t client, uint32_t fd, uint32_t bytes, bool wait);
void model_read_at(uint32_t client, uint32_t fd, uint32_t bytes, uint32_t offset);
void model_write(uint32_t client, uint32_t fd, const char *data, uint32_t bytes);
void model_write_at(uint32_t client, uint32_t fd, const char *data, uint32_t bytes, uint32_t offset);
void model_seek(uint32_t client, uint32_t fd, int32_t offset, uint32_t whence);
void model_duplicate(uint32_t client, uint32_t fd, uint32_t to, uint32_t flags);
void model_set_flags(uint32_t client, uint32_t fd, uint32_t flags);
void model_lock(uint32_t client, uint32_t fd, struct model_lock lock);
void model_look(uint32_t client, uint32_t fd, struct model_lock lock);
void model_pipe(uint32_t client, uint32_t flags);

/* From where the client's open file counts: 0, its offset, its size, by whence; 0 if it has none. */
uint32_t model_base(uint32_t client, uint32_t fd, uint32_t whence);

/* M4: the server has answered all who need not wait for a lock any more. */
void model_settle_locks(void);
