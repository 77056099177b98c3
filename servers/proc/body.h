/*
 * The body of a process: what the kernel and mem hold for it, as long as it lives.
 *
 *      slot SLOT_BODIES + 4 * process         task
 *                                     + 1     thread
 *                                     + 2     mem's endpoint, badged with the space: it is the
 *                                             handler, and stays for the next process
 *
 * The task is made of a frame of the pool. mem gives its account what it starts with when the space
 * is made, and what page tables take beyond that.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { SLOT_BODIES = 256, SLOTS_PER_BODY = 4, BODIES_MAX = 512 };

struct body {
    uint32_t slot;  /* of its task */
    uint32_t space; /* its name at mem: the process's index */
    uint32_t badge; /* of its process */
    uint32_t cpu;
    uint32_t frame; /* its number in the pool */
};

/* A task with a space at mem that is empty, or a copy of the parent's, a stopped thread and a process's
 * three capabilities: 0, -ENOMEM, -EAGAIN, or mem's error. The body's frame is taken, the rest is given. */
int body_make(struct body *body);
int body_make_like(struct body *body, const struct body *parent);

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
