/*
 * States: what of the arena, and of the machine, can matter. A state is copied out and back as the live bytes of struct
 * kernel, of the frame records and of each frame by its kind; what is left out is zero, or is written before it is
 * read. Of a frame of memory the first word is its contents, in worlds that look at them.
 *
 * Two states are one if they are the same bytes once state_normalise() has been through them: it clears what no event
 * can see (kernel/audit/normal.h), and renames frames that are only another's namesakes (rename.c).
 */
#pragma once

#include "tests/explore/hardware.h"
#include "tests/explore/world.h"

enum { STATE_MAX = 16384 };

void state_normalise(void);

/* Copies the state of the arena out; returns its length, a multiple of 16. */
uint32_t state_save(uint8_t *out);

/* Back into the arena: of one that has held nothing but states and what events made of them, or of any. */
void state_load(const uint8_t *in);
void state_load_anew(const uint8_t *in);

/* Whether the arena is in that state, the one that was loaded last. */
bool state_is(const uint8_t *in);

/* Who runs, and what each thread does. */
void state_print(void);

/* Only for state.c: frames get the names in which they are found; and what a state holds of frames. */
void rename_frames(void);
struct piece {
    ref_t at;
    uint32_t bytes;
};
enum { PIECES = 300 };
unsigned state_pieces_of_frames(struct piece pieces[PIECES]);
