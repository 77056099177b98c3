/*
 * What is checked. Each function is named after the invariant of a header, or after the sentence of docs/syscalls.md,
 * that it checks; violation() says what is broken.
 */
#pragma once

#include "tests/explore/seen.h"

/* Of the state in the arena, before events happen in it; before each of them, with the state as it was; after it. */
void checks_prepare(void);
void checks_before(const struct event *event);
void checks_after(const struct event *event, const struct thread *next);

/* Of a new state that has been normalised. */
void checks_of_state(void);

/* What steps alone bring about: they leave the arena changed. */
void check_long_calls_end(void);
void check_all_frames_come_back(void);

/* The world as it is now has all the frames that there are. */
void checks_of_world(void);

/* check_authority.c */
void check_authority_only_comes_from_authority(const struct event *event);

/* check_promises.c */
void check_promises(const struct event *event);
void check_status_is_listed(unsigned call, unsigned error);

/* check_answers.c */
void check_answers(const struct event *event);
void check_words_arrive(const struct event *event);
