/*
 * What no event can ever see is made zero, so that states that differ in it alone are one: tests/explore. A thread's
 * registers while it waits or computes, what a message page says to nobody, who revoked last, counts that only grow.
 * Each object's part stands beside the walker that checks it. What is forgotten here cannot be found there: a test
 * (explore/normal) takes random steps from states as they are and from normalised ones, and compares.
 */
#pragma once

void normalise_kernel(void);
