/* Checks that normalising forgets nothing that matters: see engine_check_normal(). */
#include "tests/explore/engine.h"

#include "kernel/audit/normal.h"
#include "tests/explore/hardware.h"
#include "tests/explore/state.h"
#include "tests/explore/store.h"

#include <string.h>

enum {
    WALK = 400, /* steps before it starts again from the first state */
    ARENA_BYTES = PHYSMAP_BYTES + ARENA_FRAMES * sizeof(struct frame),
    WRITTEN = 3 * PAGE_SIZE, /* copied from here on: frames 0 and 2 are never written, 1 is struct kernel */
};

/* The frames of the arena and their records, as events leave them, not normalised. */
static struct raw {
    uint8_t arena[ARENA_BYTES];
    struct pending pending;
} raw;
static uint64_t seed = 88172645463325252u;

static void keep_raw(void)
{
    memcpy(raw.arena, AT(void, 0), kernel.frame_count * PAGE_SIZE);
    memcpy(raw.arena + FRAMES_OFFSET, frame_at(0), kernel.frame_count * sizeof(struct frame));
    raw.pending = pending;
}

static void load_raw(void)
{
    memcpy(&kernel, raw.arena + KERNEL_REF, PAGE_SIZE);
    memcpy(AT(void, WRITTEN), raw.arena + WRITTEN, kernel.frame_count * PAGE_SIZE - WRITTEN);
    memcpy(frame_at(0), raw.arena + FRAMES_OFFSET, kernel.frame_count * sizeof(struct frame));
    pending = raw.pending;
    processors_rest();
}

static unsigned random_number(unsigned below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 33) % below;
}

/* An event that is possible now; false if none was found. */
static bool choose_event(struct event *event, unsigned events_count)
{
    enum { TRIES = 2000 };

    for (unsigned i = 0; i < TRIES; i++) {
        *event = event_at(random_number(events_count), random_number(kernel.cpu_count));
        if (event_is_possible(event))
            return true;
    }
    return false;
}

static bool is_same(const uint8_t *a, uint32_t a_bytes, const uint8_t *b, uint32_t b_bytes)
{
    for (uint32_t i = 0; a_bytes == b_bytes && i < a_bytes; i++)
        if (a[i] != b[i]) {
            printf("byte %u of the state is %x, not %x\n", i, b[i], a[i]);
            return false;
        }
    return a_bytes == b_bytes;
}

/* Applies the event to the normalised state, which is in the arena, and to the one that is not normalised. */
static bool take_both(const struct event *event, uint8_t *state)
{
    static uint8_t other[STATE_MAX];

    event_happen(event);
    state_normalise();
    uint32_t bytes = state_save(state);
    load_raw();
    event_happen(event);
    keep_raw();
    state_normalise();
    uint32_t other_bytes = state_save(other);
    state_load_anew(state);
    return is_same(state, bytes, other, other_bytes);
}

static bool walk(unsigned events_count)
{
    uint8_t state[STATE_MAX];
    struct event event;

    memcpy(state, store_state(0), store_at(0)->bytes);
    state_load_anew(state);
    keep_raw();
    for (unsigned step = 0; step < WALK && choose_event(&event, events_count); step++)
        if (!take_both(&event, state)) {
            printf("after step %u, ", step);
            event_print(stdout, &event);
            printf(", the states differ\n");
            return false;
        }
    return true;
}

bool engine_check_normal(unsigned steps)
{
    unsigned events_count = events_build();
    bool good = true;

    if (setjmp(on_violation))
        return false;
    for (unsigned step = 0; step < steps && good; step += WALK)
        good = walk(events_count);
    return good;
}
