/* <getopt.h>: options, short and long. */
#include "tests/system/headers/headers.h"

#include <getopt.h>
#include <string.h>
#include <unistd.h>

static bool short_ones(void)
{
    char *words[] = {"prog", "-a", "-b", "value", "rest", NULL};

    optind = 1;
    return IS(getopt(5, words, "ab:"), 'a') && IS(getopt(5, words, "ab:"), 'b') && HOLDS(!strcmp(optarg, "value")) &&
           IS(getopt(5, words, "ab:"), -1) && IS(optind, 4);
}

static bool long_ones(void)
{
    char *words[] = {"prog", "--size=5", "rest", "--help", "--none", NULL};
    const struct option options[] = {
        {"size", required_argument, NULL, 's'}, {"help", no_argument, NULL, 'h'}, {0, 0, NULL, 0}};

    optind = 1, opterr = 0;
    return IS(getopt_long(5, words, "", options, NULL), 's') && HOLDS(!strcmp(optarg, "5")) &&
           IS(getopt_long(5, words, "", options, NULL), 'h') && IS(getopt_long(5, words, "", options, NULL), '?') &&
           IS(getopt_long(5, words, "", options, NULL), -1) && HOLDS(!strcmp(words[optind], "rest"));
}

const struct tap_point header_getopt[] = {{"short options", short_ones}, {"long options", long_ones}, {0, 0}};
