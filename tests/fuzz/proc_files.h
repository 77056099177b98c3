/*
 * The file server of proc's naive kernel (proc_kernel.h): which processes it knows.
 *
 *   K5  a process begins there once, or is forked from one that the server knows; calls name no other process; every
 *       process that ends is released
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* it has refused a path during the present message */
extern bool fake_path_refused;

/* Replies to a call. */
int files_reply(uint32_t *w);

bool files_knows(uint32_t badge);
uint32_t files_count(void);

/* The next message is about to be served; resets what concerns one message. */
void files_next(void);
void files_begin(void);
