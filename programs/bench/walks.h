/* Steps of bench_walks, each an operation that a page of docs/ follows through the system. */
#pragma once

#include "programs/bench/samples.h"

/* Names the step that comes next, and what must hold in it. */
void walk(const char *name);
void must(int good);

/* The plugin of the bench notes what is executed between the two, by whomever. */
static inline void walk_begins(void)
{
    (void)cycles();
}

static inline void walk_ends(void)
{
    (void)cycles();
}

/* walk_files.c */
#define WALK_FILE "/tmp/walk"
void walk_file_of(const char *path); /* is a copy of that */
void walk_files(void);

/* walk_console.c */
void walk_console(void);
