/*
 * Normalisation, for tests/explore: what no event can ever see is zeroed, so that states that differ only in it become
 * one. Examples: a thread's registers while it waits or computes, unread parts of a message page, the last revoker,
 * counts that only grow. Each object's part stands beside its walker. Zeroing too much would hide bugs, so a test
 * (explore/normal-states) takes the same random steps from states and from their normalised forms, and compares.
 */
#pragma once

void normalise_kernel(void);
