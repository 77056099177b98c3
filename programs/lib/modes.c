#include "programs/lib/modes.h"

#include <stdlib.h>
#include <string.h>

enum { MODE_MAX = 07777 };

bool mode_is_octal(const char *text, mode_t *mode)
{
    char *end;
    unsigned long octal = strtoul(text, &end, 8);

    if (*text < '0' || *text > '7' || *end || octal > MODE_MAX)
        return false;
    *mode = (mode_t)octal;
    return true;
}

/* Reads letters at *at, and returns the sum of their `bits`. */
static mode_t take_letters(const char **at, const char *letters, const mode_t *bits)
{
    mode_t taken = 0;
    const char *letter;

    while (**at && (letter = strchr(letters, **at))) {
        taken |= bits[letter - letters];
        (*at)++;
    }
    return taken;
}

static bool is_operator(char c)
{
    return c && strchr("+-=", c);
}

/* Applies one part between commas; false if it has no operator. */
static bool change(const char **at, mode_t *mode, mode_t mask)
{
    static const mode_t whose[] = {0700, 070, 07, 0777}, what[] = {0444, 0222, 0111};
    mode_t who = take_letters(at, "ugoa", whose);

    who = who ? who : 0777 & ~mask;
    if (!is_operator(**at))
        return false;
    while (is_operator(**at)) {
        char operator= *(*at)++;
        mode_t bits = take_letters(at, "rwx", what) & who;
        *mode = operator== '-' ? *mode & ~bits : operator== '+' ? *mode | bits : (*mode & ~who) | bits;
    }
    return true;
}

bool mode_change(const char *text, mode_t mode, mode_t mask, mode_t *changed)
{
    for (;; text++) {
        if (!change(&text, &mode, mask) || (*text && *text != ','))
            return false;
        if (*text)
            continue;
        *changed = mode;
        return true;
    }
}
