/* The walks of bench_walks: operations that a page of docs/ follows through the system. */
#pragma once

#include "programs/bench/samples.h"

/* Names the next walk, and checks that it worked. */
void walk(const char *name);
void must(int good);

/* The bench's plugin records everything that runs between these two, in any program. */
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
void walk_file_of(const char *path); /* makes it a copy of that file */
void walk_files(void);

/* walk_console.c */
void walk_console(void);
