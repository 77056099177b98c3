/* What holds in every state, and what steps alone bring about. */
#include "tests/explore/checks.h"

#include "kernel/audit/audit.h"
#include "tests/explore/hardware.h"
#include "tests/model/invariants.h"

static uint32_t frames_count; /* of the world */

static void check_frames_are_all_there(void)
{
    struct audit audit = audit_kernel();

    if (audit.user_frames + audit.kernel_frames != frames_count)
        violation("%u frames of memory and %u of the kernel's are not %u", audit.user_frames, audit.kernel_frames,
                  frames_count);
}

void checks_of_state(void)
{
    check_frames_are_all_there();
    invariants_check_processors();
    invariants_check_objects();
}

void checks_of_world(void)
{
    frames_count = 0;
    FOR_FRAMES(f)
    frames_count += frame_at(f)->kind != FRAME_NONE;
}

/* ---------------------------------------------------------------------------------- long calls and destruction */

static bool take_a_step(unsigned cpu)
{
    const struct event step = {.kind = EVENT_STEP, .cpu = (uint8_t)cpu},
                       reschedule = {.kind = EVENT_RESCHEDULE, .cpu = (uint8_t)cpu};

    if (event_is_possible(&step))
        event_happen(&step);
    else if (event_is_possible(&reschedule))
        event_happen(&reschedule);
    else
        return false;
    return true;
}

/* Long calls and destruction end if nothing else happens. */
void check_long_calls_end(void)
{
    enum { STEPS = 300 };

    for (unsigned i = 0; i < STEPS; i++) {
        bool any = false;
        for (unsigned cpu = 0; cpu < kernel.cpu_count; cpu++)
            any |= take_a_step(cpu);
        if (!any)
            return;
    }
    violation("a long call does not end");
}

/* When all tasks are destroyed, every frame is memory again, and no capability is left. */
void check_all_frames_come_back(void)
{
    enum { STEPS = 3000 };

    host_cpu = 0;
    FOR_TASKS(task)
    object_destroy_begin(REF(task) | SLOT_TASK);
    for (unsigned i = 0; !list_is_empty(&kernel.destroying); i++) {
        processors_forget_the_dead();
        object_reap_step();
        if (i == STEPS)
            violation("destruction does not end");
    }
    tlb_sync();
    struct audit audit = audit_kernel();
    if (audit.user_frames != frames_count || audit.capabilities)
        violation("when all tasks are destroyed %u frames of %u are memory, and there are %u capabilities",
                  audit.user_frames, frames_count, audit.capabilities);
}
