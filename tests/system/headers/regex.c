/* <regex.h> */
#include "tests/system/headers/headers.h"

#include <regex.h>
#include <string.h>

static bool patterns(void)
{
    regex_t pattern;
    regmatch_t match[2];

    bool good = IS(regcomp(&pattern, "([0-9]+)x", REG_EXTENDED), 0) &&
                IS(regexec(&pattern, "ab123x", 2, match, 0), 0) && IS(match[1].rm_so, 2) && IS(match[1].rm_eo, 5) &&
                IS(regexec(&pattern, "none", 0, NULL, 0), REG_NOMATCH);
    regfree(&pattern);
    good = IS(regcomp(&pattern, "^a\\(b*\\)c$", REG_ICASE), 0) && IS(regexec(&pattern, "ABBC", 2, match, 0), 0) &&
           IS(match[1].rm_eo, 3) && good;
    regfree(&pattern);
    char why[80];
    int error = regcomp(&pattern, "a(", REG_EXTENDED);
    return IS(error, REG_EPAREN) && HOLDS(regerror(error, &pattern, why, sizeof why) > 1) && good;
}

const struct tap_point header_regex[] = {{"patterns", patterns}, {0, 0}};
