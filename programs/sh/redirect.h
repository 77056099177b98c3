/* Redirections: descriptors that become others, for good or for a while. */
#pragma once

#include <stdbool.h>

#include "programs/sh/tree.h"

/* What is to be put back, in the pool. */
struct redirections_saved;

/* In their order; with `saved` what was there before is kept. The first that fails is told, and false: what was done is
 * not undone. */
bool redirections_apply(const struct redirection *redirections, struct redirections_saved **saved);

void redirections_undo(struct redirections_saved *saved);

/* They stay. */
void redirections_keep(struct redirections_saved *saved);
