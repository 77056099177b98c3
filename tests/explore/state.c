#include "tests/explore/state.h"

#include "kernel/ipc/endpoint.h"
#include "kernel/audit/normal.h"

#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------------------------- what a state holds */

enum {
    CPU_HEAD = offsetof(struct cpu, ready),
    CPU_FLAGS = offsetof(struct cpu, tlb_ipi) - offsetof(struct cpu, fpu_allowed),
    THREAD_HEAD = offsetof(struct thread, fpu) & ~7u,
    PAGE_HEAD = offsetof(struct message_page, words) + 2 * sizeof(uint32_t),
    TABLE_BYTES = TABLE_ENTRIES * sizeof(pte_t),
    LEAF_BYTES = LEAF_SLOTS * sizeof(struct slot),
    WORD = sizeof(uint32_t),
};
static struct piece loaded[PIECES]; /* the pieces of the state that was loaded last */
static unsigned loaded_count;
_Static_assert(FRAME_KINDS - 1 == FRAME_MESSAGE, "pieces_of_frame() knows every kind");

static void add(struct piece **pieces, const void *at, uint32_t bytes)
{
    *(*pieces)++ = (struct piece){REF(at), bytes};
}

static void add_cpu(struct piece **pieces, const struct cpu *cpu)
{
    add(pieces, cpu, CPU_HEAD);
    add(pieces, &cpu->fpu_allowed, CPU_FLAGS);
    for (uint32_t left = world->priorities; left; left &= left - 1)
        add(pieces, &cpu->ready[__builtin_ctz(left)], sizeof(struct list));
}

static unsigned pieces_of_kernel(struct piece pieces[PIECES])
{
    struct piece *end = pieces;

    add(&end, frame_at(0), kernel.frame_count * sizeof(struct frame));
    for (unsigned i = 0; i < kernel.cpu_count; i++)
        add_cpu(&end, &kernel.cpus[i]);
    add(&end, &kernel.call_number_base, REF(kernel.ranges) - REF(&kernel.call_number_base));
    for (unsigned i = 0; i < 4; i++)
        add(&end, &kernel.ranges[i], sizeof(struct object));
    if (world->irqs_bound)
        add(&end, kernel.irq_endpoints, 2 * sizeof(struct slot));
    return (unsigned)(end - pieces);
}

static void add_threads(struct piece **pieces, uint32_t frame)
{
    FOR_CELLS(ref, frame, THREAD_SHIFT)
    {
        add(pieces, AT(struct thread, ref), THREAD_HEAD);
        if (world->fpu)
            add(pieces, AT(struct thread, ref)->fpu, WORD);
    }
}

static void pieces_of_frame(struct piece **pieces, uint32_t frame)
{
    static const uint16_t whole[FRAME_KINDS] = {[FRAME_TASK] = (sizeof(struct task) + 7) & ~7u,
                                                [FRAME_LEAF] = LEAF_BYTES,
                                                [FRAME_DIRECTORY] = TABLE_BYTES,
                                                [FRAME_TABLE] = TABLE_BYTES,
                                                [FRAME_COMPANION] = TABLE_BYTES,
                                                [FRAME_MESSAGE] = PAGE_HEAD};
    unsigned kind = frame_at(frame)->kind;

    if (whole[kind])
        add(pieces, AT(void, frame_ref(frame)), whole[kind]);
    else if (kind == FRAME_THREADS)
        add_threads(pieces, frame);
    else if (kind == FRAME_ENDPOINTS)
        FOR_CELLS(ref, frame, ENDPOINT_SHIFT)
    add(pieces, AT(void, ref), 1 << ENDPOINT_SHIFT);
    else if ((kind == FRAME_USER || kind == FRAME_SPARE) && world->contents)
        add(pieces, AT(void, frame_ref(frame)), WORD);
}

unsigned state_pieces_of_frames(struct piece pieces[PIECES])
{
    struct piece *end = pieces;

    FOR_FRAMES(f)
    pieces_of_frame(&end, f);
    return (unsigned)(end - pieces);
}

static unsigned all_pieces(struct piece pieces[PIECES])
{
    unsigned count = pieces_of_kernel(pieces);

    return count + state_pieces_of_frames(pieces + count);
}

/* ---------------------------------------------------------------------------------- out, in, the same */

uint32_t state_save(uint8_t *out)
{
    struct piece pieces[PIECES];
    unsigned count = all_pieces(pieces);
    uint8_t *at = out + sizeof pending;

    memcpy(out, &pending, sizeof pending);
    for (unsigned i = 0; i < count; at += pieces[i++].bytes)
        memcpy(at, AT(void, pieces[i].at), pieces[i].bytes);
    while ((at - out) % 16)
        *at++ = 0;
    return (uint32_t)(at - out);
}

/* The first piece is the frame records: if they are the same, the other pieces are the same ones. */
bool state_is(const uint8_t *in)
{
    if (memcmp(in, &pending, sizeof pending))
        return false;
    in += sizeof pending;
    for (unsigned i = 0; i < loaded_count; in += loaded[i++].bytes)
        if (memcmp(in, AT(void, loaded[i].at), loaded[i].bytes))
            return false;
    return true;
}

static const uint8_t *load(const struct piece *pieces, unsigned count, const uint8_t *in)
{
    for (unsigned i = 0; i < count; in += pieces[i++].bytes)
        memcpy(AT(void, pieces[i].at), in, pieces[i].bytes);
    return in;
}

/* The frame records come first, as the kinds of the frames determine the other pieces. */
static void load_into_clear(const uint8_t *in)
{
    unsigned count = pieces_of_kernel(loaded);

    memcpy(&pending, in, sizeof pending);
    in = load(loaded, count, in + sizeof pending);
    loaded_count = count + state_pieces_of_frames(loaded + count);
    load(loaded + count, loaded_count - count, in);
    processors_rest();
}

void state_load(const uint8_t *in)
{
    struct piece pieces[PIECES];
    unsigned count = state_pieces_of_frames(pieces);

    for (unsigned i = 0; i < count; i++)
        memset(AT(void, pieces[i].at), 0, pieces[i].bytes);
    if (world->contents)
        FOR_FRAMES(f)
    *AT(uint32_t, frame_ref(f)) = 0;
    load_into_clear(in);
}

void state_load_anew(const uint8_t *in)
{
    FOR_FRAMES(f)
    memset(AT(void, frame_ref(f)), 0, PAGE_SIZE);
    load_into_clear(in);
}

/* ---------------------------------------------------------------------------------- normalised */

static void normalise_fpus(void)
{
    FOR_THREADS(t)
    if (t->uses_fpu && !world->fpu)
        violation("explore: a thread uses the FPU, and World::fpu is not set");
    for (unsigned i = 0; i < kernel.cpu_count; i++)
        if (!kernel.cpus[i].fpu_allowed)
            pending.fpu[i] = FPU_LEFT;
}

void state_normalise(void)
{
    normalise_kernel();
    normalise_fpus();
    rename_frames();
}

/* ---------------------------------------------------------------------------------- as text */

static void print_cpu(unsigned i)
{
    const struct cpu *cpu = &kernel.cpus[i];

    printf("      processor %u runs %x in space %x%s%s%s%s;", i, cpu->current, cpu->space,
           cpu->reschedule ? ", to reschedule" : "", pending.reschedules >> i & 1 ? ", reschedule pending" : "",
           pending.ticks >> i & 1 ? ", tick pending" : "", pending.between_steps >> i & 1 ? ", between steps" : "");
}

void state_print(void)
{
    static const char *const names[] = {"stopped", "ready",          "running",        "receiving",
                                        "calling", "awaiting reply", "reply deferred", "dead"};

    for (unsigned i = 0; i < kernel.cpu_count; i++)
        print_cpu(i);
    FOR_THREADS(t)
    printf(" %x is %s%s%s%s%s,", REF(t), names[t->state & 7], t->stopped ? " to be stopped" : "",
           t->faulting ? " faulting" : "", t->restarting ? " in a long call" : "", t->reaping ? " reaping" : "");
    printf("\n");
}
