/*
 * Which status the memory server may return for a call, as far as that can be told without looking at the pages of a
 * space.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { ANY = 3 }; /* ANY: 0, MEM_MORE, MEM_TASK or an error that mem.proto lists for the call */

/* The only possible status, or ANY. `words` are those of the call, its number first. To be called before the call is
 * sent. */
int status_expected_of_program(uint32_t id, const uint32_t *words);
int status_expected_of_manager(const uint32_t *words);

void status_check(uint32_t number, int status, int expected);

/* Whether only the manager may make that call. */
bool status_is_of_manager(uint32_t number);
