/*
 * The part of the model (proc_model.h) that judges one answer: what it must be after what was asked, and what has
 * become of the program that asked.
 */
#pragma once

#include "libuser/ipc/ipc.h"
#include "tests/fuzz/proc_model.h"

struct answer {
    uint32_t caller, tag;
    struct words words;
    char data[IPC_DATA_MAX];
};

/* What was asked last, by whom, with which data; what was known before. */
extern struct asked {
    uint32_t sender, refusals;
    struct server_message message;
    struct limit_expected expected;
    char data[IPC_DATA_MAX];
} asked;

/* The program's call; `answer` is null if there was none. */
void answer_check(struct model_program *program, const struct answer *answer);

/* M5. Of a program that FORKS. */
void answer_check_late_fork(struct model_program *program, const struct answer *answer);

/* There is one, with these words; what is no result of the call may be anything. */
void answer_is(const struct answer *answer, struct words words);

/* The model: there is a new child; a program ends. */
void program_begins(uint32_t parent, uint32_t pid, const struct text *text);
void program_ends(struct model_program *program, uint32_t code, uint32_t signal);
