/* Redirections: replace descriptors, temporarily or for good. */
#pragma once

#include <stdbool.h>

#include "programs/sh/tree.h"

/* What to restore, in the pool. */
struct redirections_saved;

/* Expands their words, in the pool; if that fails, shell.has_failed is set, and nothing is to be applied. */
struct redirection *redirections_expand(const struct redirection *redirections);

/* Applies them in order; with `saved` keeps what to restore. False, after a message, at the first that fails; earlier
 * ones stay applied. */
bool redirections_apply(const struct redirection *redirections, struct redirections_saved **saved);

void redirections_undo(struct redirections_saved *saved);

/* Makes them permanent. */
void redirections_keep(struct redirections_saved *saved);
