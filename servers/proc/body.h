/*
 * The body of a process: what the kernel and mem hold for it, as long as it lives.
 *
 *      slot SLOT_BODIES + 4 * process         task
 *                                     + 1     thread
 *                                     + 2     mem's endpoint, badged with the space: it is the
 *                                             handler, and stays for the next process
 *
 * The task's account starts with the rest of the group. What page tables take beyond that is mem's
 * business.
 */
#pragma once

#include "servers/proc/pool.h"

enum { SLOT_BODIES = 256, SLOTS_PER_BODY = 4, BODIES_MAX = 512 };

struct body {
    uint32_t slot;  /* of its task */
    uint32_t space; /* its name at mem: the process's index */
    uint32_t badge; /* of its process */
    uint32_t cpu;
    struct group group;
};

/* A task with a stopped thread and a process's three capabilities, without memory; the body's group
 * is taken, the rest of it is given: 0, -ENOMEM, -EAGAIN. */
int body_make(struct body *body);

/* Its space at mem: empty, or a copy of the parent's: 0 or mem's error. */
int body_create_space(const struct body *body);
int body_fork_space(const struct body *body, const struct body *parent);

/* Empties the space if so many pages can be promised afterwards: 0 or mem's error. */
int body_clear_space(const struct body *body, uint32_t pages);

/* Where the thread begins: fresh, or where the parent's waits, with an answer of two words. One that
 * waits itself is to be answered. */
int body_start(const struct body *body, uint32_t entry);
int body_start_as(const struct body *body, const struct body *parent);
void body_resume(const struct body *body);

/* Where the thread is that waits, as after a fault; false, and nothing is said, if that failed. */
bool body_place(const struct body *body, uint32_t *eip, uint32_t *esp);

/* To another processor. */
void body_move(struct body *body, uint32_t cpu);

/* Everything goes, whatever of it there is. */
void body_destroy(const struct body *body);

/* Gives proc's own account the frames it lacked in the last call; false if there are none, or the
 * call failed for another reason. To be used as: do err = ...; while (self_feed(err)); */
bool self_feed(int err);
