/*
 * The file server of proc's naive kernel (proc_kernel.h): whom it knows.
 *
 *   K5  a process begins there once, or is forked from one that it knows; nobody else is told of, and whoever ends is
 * released
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* In the call that is served it has refused a path. */
extern bool fake_path_refused;

/* A call, with its answer. */
int files_answer(uint32_t *w);

bool files_knows(uint32_t badge);
uint32_t files_count(void);

/* The next message is about to be served; all is as at first. */
void files_next(void);
void files_begin(void);
