/*
 * The part of the model (proc_model.h) that checks one reply: whether it is right for the message, and what it means
 * for the program that sent it.
 */
#pragma once

#include "libuser/ipc/ipc.h"
#include "tests/fuzz/proc_model.h"

struct reply {
    uint32_t caller, tag;
    struct words words;
    char data[IPC_DATA_MAX];
};

/* The last message, with its sender and data, and what was known before it. */
extern struct asked {
    uint32_t sender, refusals;
    struct server_message message;
    struct limit_expected expected;
    char data[IPC_DATA_MAX];
} asked;

/* A call of the program. `reply` is null if there was none. */
void reply_check(struct model_program *program, const struct reply *reply);

/* M5. For a program that FORKS. */
void reply_check_late_fork(struct model_program *program, const struct reply *reply);

/* The reply has these words; words that are no results of the call may be anything. */
void reply_is(const struct reply *reply, struct words words);

/* Updates the model: a new child begins; a program ends. */
void program_begins(uint32_t parent, uint32_t pid, const struct text *text);
void program_ends(struct model_program *program, uint32_t code, uint32_t signal);
