#include "servers/proc/task.h"

#include "libuser/sys/derive.h"
#include "servers/proc/frame_pool.h"
#include "servers/proto/mem.h"
#include "servers/proto/slots.h"

#include <string.h>

enum { OFFSET_TASK, OFFSET_THREAD, OFFSET_HANDLER };
_Static_assert(SLOT_FRAMES >= SLOT_TASKS + SLOTS_PER_TASK * TASKS_MAX, "slots of frames are behind those of tasks");

static int number_of(err_t err)
{
    if (!err)
        return 0;
    return err == ERR_ACCOUNT ? -ENOMEM : -EAGAIN;
}

/* ------------------------------------------------------------------------------- kernel objects */

/* The handler's endpoint capability is made once, with the first process at that index. */
static err_t make_handler(const struct task *task)
{
    static bool made[TASKS_MAX];
    err_t err = OK;

    if (!made[task->space])
        err = cap_badge(PROC_SLOT_MEM, task->slot + OFFSET_HANDLER, RIGHT_CALL, task->space);
    made[task->space] |= err == OK;
    return err;
}

static err_t make_thread(const struct task *task)
{
    uint32_t handler = task->slot + OFFSET_HANDLER;
    err_t err = make_handler(task);

    if (err)
        return err;
    return sys_thread_create(task->slot, task->slot + OFFSET_THREAD, SLOT_NONE, handler, PRIORITY_PROGRAM, task->cpu,
                             MESSAGE_PAGE);
}

static err_t give_capabilities(const struct task *task)
{
    const struct {
        uint32_t from, to, badge;
    } gifts[] = {
        {SERVER_SLOT_ENDPOINT, CLIENT_SLOT_PROC, task->badge},
        {PROC_SLOT_MEM, CLIENT_SLOT_MEM, task->space},
        {PROC_SLOT_CONSOLE, CLIENT_SLOT_CONSOLE, task->badge},
    };
    err_t err = OK;

    for (uint32_t i = 0; i < sizeof(gifts) / sizeof(gifts[0]) && !err; i++)
        err = cap_give_badge(gifts[i].from, gifts[i].to, task->slot, RIGHT_CALL, gifts[i].badge);
    return err;
}

int task_complete(const struct task *task)
{
    err_t err = make_thread(task);

    if (!err)
        err = give_capabilities(task);
    return number_of(err);
}

int task_give_files(const struct task *task)
{
    return number_of(cap_give_badge(PROC_SLOT_FILE, CLIENT_SLOT_FILE, task->slot, RIGHT_CALL, task->badge));
}

static int create_object(struct task *task)
{
    uint32_t frame;

    if (!frame_pool_take(&frame))
        return -ENOMEM;
    task->frame = frame;
    return number_of(sys_task_create(SLOT_FRAMES + frame, 0, task->slot + OFFSET_TASK));
}

/* The call carries the task's capability, with which mem may destroy it. */
static uint32_t task_item(const struct task *task)
{
    message_page->items[0] = item_cap(task->slot + OFFSET_TASK, RIGHT_CONTROL | RIGHT_OWN, 0);
    return ITEMS(1);
}

/* The space comes before the thread, which is made of frames that mem gives with the space. */
int task_create(struct task *task)
{
    int error = create_object(task);

    if (!error)
        error = mem_space_create(PROC_SLOT_MEM, task_item(task), task->space);
    return error ? error : task_complete(task);
}

int task_fork(struct task *task, const struct task *parent)
{
    int error = create_object(task);

    return error ? error : mem_space_fork(PROC_SLOT_MEM, task_item(task), parent->space, task->space);
}

int task_fork_more(const struct task *task, const struct task *parent)
{
    return mem_space_fork_more(PROC_SLOT_MEM, parent->space, task->space);
}

/* If mem has no space (any more, after a refused fork), we must destroy the kernel's task. */
enum task_left task_destroy(struct task *task)
{
    if (task->frame == TASK_NO_FRAME)
        return TASK_GONE;
    int result = mem_space_destroy(PROC_SLOT_MEM, task->space);
    if (result > 0)
        return result == MEM_TASK ? TASK_OBJECT_LEFT : TASK_MORE;
    if (result)
        task_destroy_object(task);
    frame_pool_give(task->frame);
    task->frame = TASK_NO_FRAME;
    return TASK_GONE;
}

void task_destroy_object(const struct task *task)
{
    err_t nothing_there = sys_object_destroy(task->slot + OFFSET_TASK);
    (void)nothing_there;
}

/* --------------------------------------------------------------------------------------- memory */

int task_set_limit(const struct task *task, uint32_t frames)
{
    return mem_space_limit(PROC_SLOT_MEM, task->space, frames);
}

int task_clear_space(struct task *task, uint32_t frames, uint32_t low)
{
    task->segment = task->page = task->filled = 0;
    return mem_space_clear(PROC_SLOT_MEM, task->space, frames, low);
}

/* --------------------------------------------------------------------------------------- thread */

static struct thread_registers *registers(void)
{
    return (struct thread_registers *)message_page->state;
}

/* If the old program used the FPU, the new one gets it in its initial state: in fxsave's format, with all
 * exceptions masked. */
static err_t reset_fpu(const struct task *task)
{
    enum { CONTROL_AT = 0, CONTROL_START = 0x37f, MXCSR_AT = 6, MXCSR_START = 0x1f80 };
    uint32_t *state = message_page->state;
    err_t err = sys_thread_read(task->slot + OFFSET_THREAD, THREAD_FPU);

    if (err)
        return err == ERR_ABSENT ? OK : err;
    memset(state, 0, sizeof(message_page->state));
    state[CONTROL_AT] = CONTROL_START;
    state[MXCSR_AT] = MXCSR_START;
    return sys_thread_write(task->slot + OFFSET_THREAD, THREAD_FPU);
}

int task_start(const struct task *task, struct program_start start)
{
    *registers() = (struct thread_registers){.eip = start.eip, .esp = start.esp, .ecx = start.ecx, .edx = start.edx};
    err_t err = sys_thread_write(task->slot + OFFSET_THREAD, THREAD_REGISTERS);
    if (!err)
        err = reset_fpu(task);
    return number_of(err);
}

/* Copies the FPU's state, if the parent has one (else ERR_ABSENT). */
static err_t copy_fpu(const struct task *from, const struct task *to)
{
    err_t err = sys_thread_read(from->slot + OFFSET_THREAD, THREAD_FPU);

    if (err)
        return err == ERR_ABSENT ? OK : err;
    return sys_thread_write(to->slot + OFFSET_THREAD, THREAD_FPU);
}

int task_start_as(const struct task *task, const struct task *parent)
{
    err_t err = sys_thread_read(parent->slot + OFFSET_THREAD, THREAD_REGISTERS);

    if (err)
        return number_of(err);
    registers()->eax = 0;
    registers()->ebx = 0; /* word 0: good */
    registers()->esi = 0; /* word 1: the child's result of fork */
    err = sys_thread_write(task->slot + OFFSET_THREAD, THREAD_REGISTERS);
    if (!err)
        err = copy_fpu(parent, task);
    return number_of(err);
}

bool task_position(const struct task *task, uint32_t *eip, uint32_t *esp)
{
    err_t err = sys_thread_read(task->slot + OFFSET_THREAD, THREAD_REGISTERS);

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

bool task_stopped_at(const struct task *task, uint32_t *eip, bool *in_call)
{
    uint32_t esp;

    if (!task_position(task, eip, &esp))
        return false;
    *in_call = is_in_call(registers());
    return true;
}

bool task_uses_fpu(const struct task *task)
{
    return sys_thread_read(task->slot + OFFSET_THREAD, THREAD_FPU) != ERR_ABSENT;
}

bool task_divert(const struct task *task, uint32_t to)
{
    err_t err = sys_thread_read(task->slot + OFFSET_THREAD, THREAD_REGISTERS);

    if (!err) {
        registers()->eip = to;
        err = sys_thread_write(task->slot + OFFSET_THREAD, THREAD_REGISTERS);
    }
    return !err;
}

void task_resume(const struct task *task)
{
    err_t err = sys_thread_resume(task->slot + OFFSET_THREAD);
    if (err)
        __builtin_trap();
}

void task_stop(const struct task *task)
{
    err_t err = sys_thread_stop(task->slot + OFFSET_THREAD);
    if (err)
        __builtin_trap();
}

void task_migrate(struct task *task, uint32_t cpu)
{
    err_t err = sys_thread_schedule(task->slot + OFFSET_THREAD, PRIORITY_PROGRAM, cpu);
    if (err)
        __builtin_trap();
    task->cpu = cpu;
}
