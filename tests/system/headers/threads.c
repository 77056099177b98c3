/* <threads.h>: there is one thread. */
#include "tests/system/headers/headers.h"

#include <threads.h>

static int begun;

static void begin(void)
{
    begun++;
}

static int never(void *argument)
{
    (void)argument;
    return 1;
}

static bool one(void)
{
    static once_flag once = ONCE_FLAG_INIT;
    thrd_t thread;
    mtx_t mutex;

    call_once(&once, begin);
    return IS(thrd_create(&thread, never, NULL), thrd_error) && IS(begun, 1) &&
           IS(mtx_init(&mutex, mtx_plain), thrd_success) && IS(mtx_lock(&mutex), thrd_success) &&
           IS(mtx_trylock(&mutex), thrd_busy) && IS(mtx_unlock(&mutex), thrd_success) &&
           HOLDS(thrd_equal(thrd_current(), thrd_current()));
}

const struct tap_point header_threads[] = {{"there is one thread", one}, {0, 0}};
