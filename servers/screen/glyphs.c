#include "servers/screen/glyphs.h"

#include "servers/screen/glyph_data.h"

enum { FIRST_OTHER = 128 };

/* Punctuation that is common in compilers' messages and in texts. */
static const struct {
    uint16_t code;
    uint8_t glyph;
} similar[] = {
    {0x2010, '-'}, {0x2011, '-'}, {0x2013, '-'}, {0x2014, '-'}, {0x2018, '\''}, {0x2019, '\''},
    {0x201c, '"'}, {0x201d, '"'}, {0x2022, '*'}, {0x2026, '.'}, {0x2212, '-'},
};

uint8_t glyph_find(uint32_t code)
{
    if (code < FIRST_OTHER)
        return (uint8_t)code;
    for (uint32_t i = FIRST_OTHER; i < 256; i++)
        if (glyph_codes[i] == code)
            return (uint8_t)i;
    for (uint32_t i = 0; i < sizeof(similar) / sizeof(similar[0]); i++)
        if (similar[i].code == code)
            return similar[i].glyph;
    return GLYPH_UNKNOWN;
}

const uint8_t *glyph_bitmap(uint8_t glyph)
{
    return glyph_rows[glyph];
}
