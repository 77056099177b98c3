/* <stdio_ext.h> */
#include "tests/system/headers/headers.h"

#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>

static bool pending(void)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);

    setvbuf(out, NULL, _IOFBF, 64);
    bool good = IS(fputs("abc", out) >= 0, 1) && IS(__fpending(out), 3) &&
                HOLDS(__fwritable(out) && !__freadable(out)) && IS(fclose(out), 0);
    free(text);
    return good;
}

const struct tap_point header_stdio_ext[] = {{"bytes that wait", pending}, {0, 0}};
