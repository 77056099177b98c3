/*
 * States: everything in the arena and the machine that can matter. A state is saved and loaded as the live bytes of
 * struct kernel, of the frame records, and of each frame according to its kind; the rest is zero, or is written before
 * it is read. Of a frame of memory only the first word is saved, in worlds that use its contents.
 *
 * Two states are the same if their bytes are equal after state_normalise(), which clears what no event can see
 * (kernel/audit/normal.h) and renumbers equivalent frames (rename.c).
 */
#pragma once

#include "tests/explore/hardware.h"
#include "tests/explore/world.h"

enum { STATE_MAX = 16384 };

void state_normalise(void);

/* Saves the state in the arena; returns its length, a multiple of 16. */
uint32_t state_save(uint8_t *out);

/* Loads a state: state_load() into an arena that has held nothing but states and the results of events,
 * state_load_anew() into any. */
void state_load(const uint8_t *in);
void state_load_anew(const uint8_t *in);

/* Whether the arena is still in the state that was loaded last. */
bool state_is(const uint8_t *in);

/* Prints what each processor runs, and what each thread is doing. */
void state_print(void);

/* Shared only by state.c and rename.c: renumbers equivalent frames; and the pieces of frames that a state consists
 * of. */
void rename_frames(void);
struct piece {
    ref_t at;
    uint32_t bytes;
};
enum { PIECES = 300 };
unsigned state_pieces_of_frames(struct piece pieces[PIECES]);
