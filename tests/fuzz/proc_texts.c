#include "tests/fuzz/proc_texts.h"

#include <errno.h>
#include <string.h>

bool text_is_strings(const struct text *text)
{
    uint32_t zeros = 0;

    for (uint32_t i = 0; i < text->bytes; i++)
        zeros += !text->text[i];
    return text->count && zeros >= text->count && !text->text[text->bytes - 1];
}

static const char *name_in(const struct text *text)
{
    const char *slash = strrchr(text->text, '/');

    return slash ? slash + 1 : text->text;
}

bool text_is_large(const struct text *text)
{
    return strcmp(name_in(text), "large") == 0;
}

bool text_is_wide(const struct text *text)
{
    return strcmp(name_in(text), "wide") == 0;
}

int text_status(const struct text *text)
{
    if (strcmp(name_in(text), "broken") == 0)
        return -ENOEXEC;
    if (strcmp(name_in(text), "good") == 0 || strcmp(name_in(text), "foreign") == 0 || text_is_wide(text))
        return 0;
    return text_is_large(text) ? 0 : -ENOENT;
}
