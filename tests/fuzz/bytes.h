/* The bytes of an input: they decide what random_below() returns, until they are used up. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* After them random_below() returns the same sequence for every input. */
void bytes_begin(const uint8_t *data, size_t size);
bool bytes_are_left(void);

/* Any word: 32 bits of the input. */
uint32_t bytes_word(void);
