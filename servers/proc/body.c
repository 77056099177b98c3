#include "servers/proc/body.h"

#include "libuser/sys/derive.h"
#include "servers/proc/frame_pool.h"
#include "servers/proto/mem.h"
#include "servers/proto/slots.h"

#include <string.h>

enum { BODY_TASK, BODY_THREAD, BODY_HANDLER };
_Static_assert(SLOT_FRAMES >= SLOT_BODIES + SLOTS_PER_BODY * BODIES_MAX, "slots of frames are behind those of bodies");

static int number_of(err_t err)
{
    if (!err)
        return 0;
    return err == ERR_ACCOUNT ? -ENOMEM : -EAGAIN;
}

/* ------------------------------------------------------------------------------- kernel objects */

/* The handler's endpoint capability is made once, with the first process at that index. */
static err_t make_handler(const struct body *body)
{
    static bool made[BODIES_MAX];
    err_t err = OK;

    if (!made[body->space])
        err = cap_badge(PROC_SLOT_MEM, body->slot + BODY_HANDLER, RIGHT_CALL, body->space);
    made[body->space] |= err == OK;
    return err;
}

static err_t make_thread(const struct body *body)
{
    uint32_t handler = body->slot + BODY_HANDLER;
    err_t err = make_handler(body);

    if (err)
        return err;
    return sys_thread_create(body->slot, body->slot + BODY_THREAD, SLOT_NONE, handler, PRIORITY_PROGRAM, body->cpu,
                             MESSAGE_PAGE);
}

static err_t give_capabilities(const struct body *body)
{
    const struct {
        uint32_t from, to, badge;
    } gifts[] = {
        {SERVER_SLOT_ENDPOINT, CLIENT_SLOT_PROC, body->badge},
        {PROC_SLOT_MEM, CLIENT_SLOT_MEM, body->space},
        {PROC_SLOT_CONSOLE, CLIENT_SLOT_CONSOLE, body->badge},
    };
    err_t err = OK;

    for (uint32_t i = 0; i < sizeof(gifts) / sizeof(gifts[0]) && !err; i++)
        err = cap_give_badge(gifts[i].from, gifts[i].to, body->slot, RIGHT_CALL, gifts[i].badge);
    return err;
}

int body_complete(const struct body *body)
{
    err_t err = make_thread(body);

    if (!err)
        err = give_capabilities(body);
    return number_of(err);
}

int body_give_files(const struct body *body)
{
    return number_of(cap_give_badge(PROC_SLOT_FILE, CLIENT_SLOT_FILE, body->slot, RIGHT_CALL, body->badge));
}

static int make_task(struct body *body)
{
    uint32_t frame;

    if (!frame_pool_take(&frame))
        return -ENOMEM;
    body->frame = frame;
    return number_of(sys_task_create(SLOT_FRAMES + frame, 0, body->slot + BODY_TASK));
}

/* The call carries the task's capability, with which mem may destroy it. */
static uint32_t with_task(const struct body *body)
{
    message_page->items[0] = item_cap(body->slot + BODY_TASK, RIGHT_CONTROL | RIGHT_OWN, 0);
    return ITEMS(1);
}

/* The space comes before the thread, which is made of frames that mem gives with the space. */
int body_make(struct body *body)
{
    int error = make_task(body);

    if (!error)
        error = mem_space_create(PROC_SLOT_MEM, with_task(body), body->space);
    return error ? error : body_complete(body);
}

int body_fork(struct body *body, const struct body *parent)
{
    int error = make_task(body);

    return error ? error : mem_space_fork(PROC_SLOT_MEM, with_task(body), parent->space, body->space);
}

int body_fork_more(const struct body *body, const struct body *parent)
{
    return mem_space_fork_more(PROC_SLOT_MEM, parent->space, body->space);
}

/* If mem has no space (any more, after a refused fork), we must end the task. */
enum body_end body_destroy(struct body *body)
{
    if (body->frame == BODY_NO_FRAME)
        return BODY_GONE;
    int result = mem_space_destroy(PROC_SLOT_MEM, body->space);
    if (result > 0)
        return result == MEM_TASK ? BODY_TASK_LEFT : BODY_GOES_ON;
    if (result)
        body_end_task(body);
    frame_pool_give(body->frame);
    body->frame = BODY_NO_FRAME;
    return BODY_GONE;
}

void body_end_task(const struct body *body)
{
    err_t nothing_there = sys_object_destroy(body->slot + BODY_TASK);
    (void)nothing_there;
}

/* --------------------------------------------------------------------------------------- memory */

int body_set_limit(const struct body *body, uint32_t frames)
{
    return mem_space_limit(PROC_SLOT_MEM, body->space, frames);
}

int body_clear_space(struct body *body, uint32_t frames, uint32_t low)
{
    body->segment = body->page = body->filled = 0;
    return mem_space_clear(PROC_SLOT_MEM, body->space, frames, low);
}

/* --------------------------------------------------------------------------------------- thread */

static struct thread_registers *registers(void)
{
    return (struct thread_registers *)message_page->state;
}

/* If the old program used the FPU, the new one gets it in its initial state: in fxsave's format, with all
 * exceptions masked. */
static err_t reset_fpu(const struct body *body)
{
    enum { CONTROL_AT = 0, CONTROL_START = 0x37f, MXCSR_AT = 6, MXCSR_START = 0x1f80 };
    uint32_t *state = message_page->state;
    err_t err = sys_thread_read(body->slot + BODY_THREAD, THREAD_FPU);

    if (err)
        return err == ERR_ABSENT ? OK : err;
    memset(state, 0, sizeof(message_page->state));
    state[CONTROL_AT] = CONTROL_START;
    state[MXCSR_AT] = MXCSR_START;
    return sys_thread_write(body->slot + BODY_THREAD, THREAD_FPU);
}

int body_start(const struct body *body, struct program_start start)
{
    *registers() = (struct thread_registers){.eip = start.eip, .esp = start.esp, .ecx = start.ecx, .edx = start.edx};
    err_t err = sys_thread_write(body->slot + BODY_THREAD, THREAD_REGISTERS);
    if (!err)
        err = reset_fpu(body);
    return number_of(err);
}

/* Copies the FPU's state, if the parent has one (else ERR_ABSENT). */
static err_t copy_fpu(const struct body *from, const struct body *to)
{
    err_t err = sys_thread_read(from->slot + BODY_THREAD, THREAD_FPU);

    if (err)
        return err == ERR_ABSENT ? OK : err;
    return sys_thread_write(to->slot + BODY_THREAD, THREAD_FPU);
}

int body_start_as(const struct body *body, const struct body *parent)
{
    err_t err = sys_thread_read(parent->slot + BODY_THREAD, THREAD_REGISTERS);

    if (err)
        return number_of(err);
    registers()->eax = 0;
    registers()->ebx = 0; /* word 0: good */
    registers()->esi = 0; /* word 1: the child's answer of fork */
    err = sys_thread_write(body->slot + BODY_THREAD, THREAD_REGISTERS);
    if (!err)
        err = copy_fpu(parent, body);
    return number_of(err);
}

bool body_place(const struct body *body, uint32_t *eip, uint32_t *esp)
{
    err_t err = sys_thread_read(body->slot + BODY_THREAD, THREAD_REGISTERS);

    if (err)
        return false;
    *eip = registers()->eip;
    *esp = registers()->esp;
    return true;
}

/* After sysenter the kernel also returns esp and eip in ecx and edx. */
static bool is_in_call(const struct thread_registers *r)
{
    enum { EFLAGS_START = 0x202 };

    return r->ecx == r->esp && r->edx == r->eip && r->eflags == EFLAGS_START;
}

bool body_stopped_at(const struct body *body, uint32_t *eip, bool *in_call)
{
    uint32_t esp;

    if (!body_place(body, eip, &esp))
        return false;
    *in_call = is_in_call(registers());
    return true;
}

bool body_uses_fpu(const struct body *body)
{
    return sys_thread_read(body->slot + BODY_THREAD, THREAD_FPU) != ERR_ABSENT;
}

bool body_divert(const struct body *body, uint32_t to)
{
    err_t err = sys_thread_read(body->slot + BODY_THREAD, THREAD_REGISTERS);

    if (!err) {
        registers()->eip = to;
        err = sys_thread_write(body->slot + BODY_THREAD, THREAD_REGISTERS);
    }
    return !err;
}

void body_resume(const struct body *body)
{
    err_t err = sys_thread_resume(body->slot + BODY_THREAD);
    if (err)
        __builtin_trap();
}

void body_stop(const struct body *body)
{
    err_t err = sys_thread_stop(body->slot + BODY_THREAD);
    if (err)
        __builtin_trap();
}

void body_move(struct body *body, uint32_t cpu)
{
    err_t err = sys_thread_schedule(body->slot + BODY_THREAD, PRIORITY_PROGRAM, cpu);
    if (err)
        __builtin_trap();
    body->cpu = cpu;
}
