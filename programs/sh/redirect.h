/* Redirections: descriptors that become others, for good or for a while. */
#pragma once

#include <stdbool.h>

#include "programs/sh/tree.h"

/* What is to be put back, in the pool. */
struct redirections_saved;

/* With their words expanded, in the pool; where one cannot be, shell.has_failed is set, and nothing is applied. */
struct redirection *redirections_expand(const struct redirection *redirections);

/* Of those, in their order; with `saved` what was there before is kept. The first that fails is told, and false: what
 * was done is not undone. */
bool redirections_apply(const struct redirection *redirections, struct redirections_saved **saved);

void redirections_undo(struct redirections_saved *saved);

/* They stay. */
void redirections_keep(struct redirections_saved *saved);
