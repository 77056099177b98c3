/* <string.h> */
#include "tests/system/headers/headers.h"

#include <string.h>
#include <strings.h>

static bool finds(void)
{
    const char *text = "one two three";

    return IS(strchr(text, 't') - text, 4) && IS(strrchr(text, 't') - text, 8) && IS(strstr(text, "three") - text, 8) &&
           HOLDS(!strstr(text, "four")) && IS(strpbrk(text, "xyw") - text, 5) && IS(strspn(text, "eno"), 3) &&
           IS(strcspn(text, " "), 3) && IS((const char *)memchr(text, 'w', 13) - text, 5) && IS(strnlen(text, 5), 5);
}

static bool splits(void)
{
    char text[] = ",a,,b,";
    char *rest, *first = strtok_r(text, ",", &rest), *second = strtok_r(NULL, ",", &rest);

    return HOLDS(!strcmp(first, "a") && !strcmp(second, "b")) && HOLDS(!strtok_r(NULL, ",", &rest));
}

static bool copies(void)
{
    char to[8] = "1234567";

    memmove(to + 1, to, 6);
    bool good = HOLDS(!memcmp(to, "1123456", 8));
    strncpy(to, "ab", sizeof to);
    return good && HOLDS(!memcmp(to, "ab\0\0\0\0\0", 8)) && HOLDS(!strcmp(strcat(to, "c"), "abc")) &&
           IS(strcasecmp("aBc", "AbC"), 0) && HOLDS(strncasecmp("abx", "ABc", 2) == 0) && HOLDS(strcmp("a", "b") < 0) &&
           IS(ffs(8), 4);
}

static bool errors(void)
{
    return HOLDS(!strcmp(strerror(2), "No such file or directory")) &&
           HOLDS(!strcmp(strsignal(11), "Segmentation fault"));
}

const struct tap_point header_string[] = {
    {"finding", finds}, {"splitting", splits}, {"copying and comparing", copies}, {"names of errors", errors}, {0, 0},
};
