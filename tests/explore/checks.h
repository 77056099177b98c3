/*
 * What is checked. Each function is named after what it checks: an invariant of a header, or a sentence of
 * docs/syscalls.md. violation() says what is broken.
 */
#pragma once

#include "tests/explore/seen.h"

/* checks_prepare() looks at the state in the arena; checks_before() is called before each event from that state,
 * checks_after() after it. */
void checks_prepare(void);
void checks_before(const struct event *event);
void checks_after(const struct event *event, const struct thread *next);

/* Checks a new state, which has been normalised. */
void checks_of_state(void);

/* These check what steps alone bring about. They change the arena. */
void check_long_calls_end(void);
void check_all_frames_come_back(void);

/* Records how many frames the world has, before anything has happened in it. */
void checks_of_world(void);

/* check_authority.c */
void check_authority_only_comes_from_authority(const struct event *event);

/* check_promises.c */
void check_promises(const struct event *event);
void check_status_is_listed(unsigned call, unsigned error);

/* check_errors.c; also for a call that is refused at once */
void check_errors_before(const struct event *event);
void check_errors_are_deserved(const struct event *event);

/* check_replies.c */
void check_replies(const struct event *event);
void check_words_arrive(const struct event *event);

/* check_items.c: for a call or reply that was delivered in this event */
void check_badge_arrives(const struct thread *caller, const struct thread *server, const struct event *event);
void check_items_land(const struct thread *sender, const struct thread *receiver, const struct event *event);

/* Whether the slot holds what this derivation from the capability, as it was before the event, must yield. */
bool is_child(const struct slot *slot, const struct capability *parent, struct derivation derivation);
const struct capability *capability_seen(ref_t task, uint32_t index); /* or null */

/* check_turns.c */
void check_turns(const struct event *event);

/* check_signals.c */
void check_signals_arrive(const struct event *event);
