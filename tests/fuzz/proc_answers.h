/*
 * The part of the model (proc_model.h) that checks one answer: whether it is right for the message, and what it means
 * for the program that sent it.
 */
#pragma once

#include "libuser/ipc/ipc.h"
#include "tests/fuzz/proc_model.h"

struct answer {
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

/* A call of the program. `answer` is null if it was not answered. */
void answer_check(struct model_program *program, const struct answer *answer);

/* M5. For a program that FORKS. */
void answer_check_late_fork(struct model_program *program, const struct answer *answer);

/* The answer has these words; words that are no results of the call may be anything. */
void answer_is(const struct answer *answer, struct words words);

/* Updates the model: a new child begins; a program ends. */
void program_begins(uint32_t parent, uint32_t pid, const struct text *text);
void program_ends(struct model_program *program, uint32_t code, uint32_t signal);
