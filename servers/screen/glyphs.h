/* The glyphs: code page 437, which VGA's text mode has built in. */
#pragma once

#include <stdint.h>

enum { GLYPH_WIDTH = 8, GLYPH_HEIGHT = 16, GLYPH_UNKNOWN = '?' };

/* The glyph for the Unicode character `code`, or for a similar one, or GLYPH_UNKNOWN. */
uint8_t glyph_find(uint32_t code);

/* GLYPH_HEIGHT rows of a glyph; the highest bit is the left pixel. */
const uint8_t *glyph_bitmap(uint8_t glyph);
