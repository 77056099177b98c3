/* <setjmp.h> */
#include "tests/system/headers/headers.h"

#include <setjmp.h>

static jmp_buf back;

static bool jumps(void)
{
    volatile int rounds = 0;
    int got = setjmp(back);

    if (rounds++ < 3)
        longjmp(back, rounds);
    return IS(got, 3);
}

static void jump(int value)
{
    longjmp(back, value);
}

static bool never_zero(void)
{
    int got = setjmp(back);

    if (!got)
        jump(0);
    return IS(got, 1);
}

const struct tap_point header_setjmp[] = {{"jumps", jumps}, {"longjmp with 0 returns 1", never_zero}, {0, 0}};
