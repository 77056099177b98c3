/* What a call that returned OK has promised: the sentences of docs/syscalls.md, one function for each. */
#include "tests/explore/checks.h"

#include "kernel/audit/audit.h"
#include "tests/explore/hardware.h"

#include <string.h>

/* A call that is done, with the arguments that it began with. */
struct done {
    const struct thread *thread;
    const struct before *restarted; /* null if it was done in one step */
    uint32_t slot, ebx, esi, edi, ebp;
};

static const struct slot *slot_at(const struct done *done, uint32_t index)
{
    return cspace_slot(&thread_task(done->thread)->cspace, index);
}

static const struct slot *slot_of(const struct done *done)
{
    return slot_at(done, done->slot);
}

/* The task that a slot names, or null. */
static struct task *task_at(const struct done *done, uint32_t index)
{
    const struct slot *slot = slot_at(done, index);

    return slot_has(slot, SLOT_TASK, 0) ? AT(struct task, slot_object(slot)) : NULL;
}

static const struct thread *thread_named(const struct done *done)
{
    const struct slot *slot = slot_of(done);

    return slot_has(slot, SLOT_THREAD, 0) ? AT(struct thread, slot_object(slot)) : NULL;
}

/* ---------------------------------------------------------------------------------- capabilities */

/* "make a child capability with the same or fewer rights" */
static void check_cap_derive(const struct done *done)
{
    uint32_t index = done->ebx & 0xffff, table = done->ebx >> 16;
    const struct task *task = table ? task_at(done, table) : thread_task(done->thread);
    const struct slot *child = task ? cspace_slot(&task->cspace, index) : NULL;

    const struct capability *parent = capability_seen(done->thread->task, done->slot);
    if (!child || !parent || !is_child(child, parent, (struct derivation){(rights_t)done->esi, done->edi, done->ebp}))
        violation("cap_derive is done, and the child is not there or not what was asked for");
}

/* "delete a capability and all derived from it" */
static void check_cap_delete(const struct done *done)
{
    if (!slot_is_empty(slot_of(done)))
        violation("cap_delete is done, and the slot is not empty");
}

/* "delete every capability derived from this one" */
static void check_cap_revoke(const struct done *done)
{
    const struct slot *slot = slot_of(done);

    if (!slot_is_empty(slot) && !node_is_leaf(&slot->node))
        violation("cap_revoke is done, and a child is left");
}

static bool overlaps(const struct slot *slot, uint32_t first, uint32_t count)
{
    return slot->value < first + count && first < slot->value + slot_range_count(slot);
}

enum { CAPABILITIES, FRAMES }; /* the stages of a restarted memory_revoke: see sys_memory_revoke() */

/* "delete every derived capability", which is the first stage of memory_revoke. */
static void check_none_covers(const struct slot *slot, uint32_t first, uint32_t count)
{
    for (const struct node *n = node_next(&slot->node); n->depth > slot->node.depth; n = node_next(n))
        if (overlaps((const struct slot *)n, first, count))
            violation("memory_revoke has deleted the derived capabilities, and one is left");
}

/* "and every mapping of any number of frames". Checks only the frames that the last step began with: the frames before
 * them may rightly have been mapped again meanwhile. */
static void check_memory_revoke(const struct done *done)
{
    const struct slot *slot = slot_of(done);

    if (!slot_is_range(slot, SLOT_MEMORY))
        return;
    uint32_t first = slot->value + done->ebx, end = first + done->esi;
    if (done->restarted && done->restarted->registers.ebx + done->restarted->registers.esi != end)
        return; /* its slot names other frames by now */
    if (!done->restarted || done->restarted->registers.edi == CAPABILITIES)
        check_none_covers(slot, first, done->esi);
    for (uint32_t f = done->restarted ? done->restarted->registers.ebx : first; f < end; f++)
        if (frame_at(f)->kind == FRAME_USER && !node_is_leaf(&frame_at(f)->mappings))
            violation("memory_revoke is done, and frame %u is still mapped", f);
}

static void check_revoked_capabilities(const struct thread *thread, const struct before *before)
{
    const struct slot *slot = cspace_slot(&thread_task(thread)->cspace, before->registers.eax >> SLOT_SHIFT);

    if (before->registers.edi == CAPABILITIES && thread->registers.edi == FRAMES && slot_is_range(slot, SLOT_MEMORY))
        check_none_covers(slot, slot->value + before->registers.ecx, before->registers.edx);
}

/* ---------------------------------------------------------------------------------- spaces */

/* The frame from which page `i` of a vm_map came; 0 if the source is not mapped any more. */
static uint32_t source_frame(const struct done *done, uint32_t i)
{
    const struct task *from = task_at(done, done->esi >> 16);
    pte_t *entry;

    if (!from)
        return slot_at(done, done->esi >> 16)->value + done->edi + i;
    return vspace_find_mapping(&from->space, done->edi + i * PAGE_SIZE, &entry) ? pte_frame(entry) : 0;
}

/* "map 1 to 64 pages, with rights that include read" */
static void check_vm_map(const struct done *done)
{
    const struct task *to = task_at(done, done->slot);
    pte_t *entry;

    for (uint32_t i = 0; i < (done->esi & 0xffff); i++) {
        if (!to || !vspace_find_mapping(&to->space, (done->ebx & -(uint32_t)PAGE_SIZE) + i * PAGE_SIZE, &entry))
            violation("vm_map is done, and page %u is not mapped", i);
        if (pte_frame(entry) != source_frame(done, i) || entry_node(entry)->flags != (done->ebx & RIGHT_ALL))
            violation("vm_map is done, and page %u shows another frame, or with other rights", i);
    }
}

/* "unmap 1 to 64 pages and all that was derived from them" */
static void check_vm_unmap(const struct done *done)
{
    const struct task *task = task_at(done, done->slot);
    pte_t *entry;

    for (uint32_t i = 0; task && i < done->esi; i++)
        if (vspace_find_mapping(&task->space, done->ebx + i * PAGE_SIZE, &entry))
            violation("vm_unmap is done, and page %u is still mapped", i);
}

static const struct node *parent_of(const struct node *node)
{
    const struct node *n = node_at(node->prev);

    while (n->depth >= node->depth)
        n = node_at(n->prev);
    return n;
}

/* Whether the call names the page of this mapping, or of a mapping that it was derived from. */
static bool is_protected(const struct done *done, const struct task *task, const struct node *node)
{
    for (; node->depth > 0; node = parent_of(node)) {
        uint32_t offset = node_address(node) - (done->ebx & -(uint32_t)PAGE_SIZE);
        if (frame_ref(frame_of(node)->owner) == REF(task) && offset < done->esi * PAGE_SIZE)
            return true;
    }
    return false;
}

/* "and from all that was derived from them", and from no others. */
static void check_no_other_is_lowered(const struct done *done, const struct task *task)
{
    for (unsigned i = 0; i < seen.authority.pages_count; i++) {
        const struct page *page = &seen.authority.pages[i];
        const struct node *node = AT(struct node, page->node);
        if (node_in_tree(node) && node->flags != page->rights && !is_protected(done, task, node))
            violation("vm_protect is done, and the mapping at 0x%x, of another page, has fewer rights", page->address);
    }
}

/* "take all rights but these from 1 to 64 mapped pages, and from all that was derived from them" */
static void check_vm_protect(const struct done *done)
{
    const struct task *task = task_at(done, done->slot);
    pte_t *entry;

    for (uint32_t i = 0; i < done->esi; i++) {
        if (!task || !vspace_find_mapping(&task->space, (done->ebx & -(uint32_t)PAGE_SIZE) + i * PAGE_SIZE, &entry))
            violation("vm_protect is done, and page %u is not mapped", i);
        const struct node *n = entry_node(entry);
        do
            if (n->flags & ~done->ebx & RIGHT_ALL)
                violation("vm_protect is done, and a mapping of page %u has more rights", i);
        while ((n = node_next(n))->depth > entry_node(entry)->depth);
    }
    check_no_other_is_lowered(done, task);
}

static const uint32_t *first_word(const struct done *done, uint32_t slot, uint32_t offset)
{
    return AT(uint32_t, frame_ref(slot_at(done, slot)->value + offset));
}

/* "zero one frame" */
static void check_frame_clear(const struct done *done)
{
    if (*first_word(done, done->slot, done->ebx))
        violation("frame_clear is done, and the frame is not zero");
}

/* "copy the first bytes (1 to 4,096) of a frame" */
static void check_frame_copy(const struct done *done)
{
    if (*first_word(done, done->slot, done->ebx) != *first_word(done, done->esi, done->edi))
        violation("frame_copy is done, and the two frames differ");
}

/* ---------------------------------------------------------------------------------- objects and threads */

/* "turn it into a task", "make an endpoint", "make a stopped thread": the maker has all rights. */
static void check_is_made(const struct slot *slot, enum slot_bits kind)
{
    rights_t rights = kind == SLOT_ENDPOINT ? RIGHT_ALL : RIGHT_CONTROL | RIGHT_GRANT | RIGHT_OWN;

    if (!(slot->object & (uint32_t)kind) || slot->object & SLOT_RANGE || slot->node.depth != 1 ||
        slot->node.flags != rights)
        violation("an object was made, and its maker has no capability of it");
}

static void check_task_create(const struct done *done)
{
    check_is_made(slot_at(done, done->esi), SLOT_TASK);
}

static void check_endpoint_create(const struct done *done)
{
    check_is_made(slot_at(done, done->ebx), SLOT_ENDPOINT);
}

/* Whether the slot was derived from the caller's capability in slot `index`, with that right alone; or is empty, if the
 * call named no slot. */
static bool is_bound(const struct done *done, const struct slot *slot, uint32_t index, rights_t right)
{
    const struct capability *parent = index ? capability_seen(done->thread->task, index) : NULL;

    return parent ? is_child(slot, parent, (struct derivation){.rights = right}) : index == 0 && slot_is_empty(slot);
}

static void check_thread_create(const struct done *done)
{
    const struct slot *slot = slot_at(done, done->ebx & 0xffff);

    check_is_made(slot, SLOT_THREAD);
    const struct thread *made = AT(struct thread, slot_object(slot));
    if (made->state != THREAD_STOPPED || !made->stopped || made->priority != (done->esi >> 16 & 0xff) ||
        made->home != cpu_ref(done->esi >> 24) || (made->home && made->cpu != made->home) ||
        made->task != REF(task_at(done, done->slot)) || made->page_address != done->edi ||
        !is_bound(done, &made->receives, done->ebx >> 16, RIGHT_RECEIVE) ||
        !is_bound(done, &made->handler, done->esi & 0xffff, RIGHT_CALL))
        violation("thread_create is done, and the thread is not what was asked for");
}

/* "give 1 to 64 unmapped frames ... to a task's account until the task is destroyed" */
static void check_task_donate(const struct done *done)
{
    const struct task *task = task_at(done, done->slot);
    uint32_t first = slot_at(done, done->ebx & 0xffff)->value + done->esi;

    for (uint32_t f = first; f < first + (done->ebx >> 16); f++)
        if (!task || frame_at(f)->kind != FRAME_SPARE || frame_at(f)->owner != frame_number(REF(task)))
            violation("task_donate is done, and frame %u is not the account's", f);
}

/* "let a thread run" */
static void check_thread_resume(const struct done *done)
{
    const struct thread *thread = thread_named(done);

    if (thread && (thread->stopped || thread->state == THREAD_STOPPED))
        violation("thread_resume is done, and the thread is stopped");
}

/* "stop a thread; it does not run when the call returns" */
static void check_thread_stop(const struct done *done)
{
    const struct thread *thread = thread_named(done);

    if (thread && thread != done->thread && (thread->state == THREAD_RUNNING || thread->state == THREAD_READY))
        violation("thread_stop is done, and the thread is not stopped");
}

/* "set a thread's priority (at most the caller's) and processor" */
static void check_thread_schedule(const struct done *done)
{
    const struct thread *thread = thread_named(done);

    if (thread && (thread->priority != done->ebx || thread->home != cpu_ref(done->esi)))
        violation("thread_schedule is done, and the thread has another priority or processor");
}

/* "the result counts its interrupts so far" */
static void check_irq_ack(const struct done *done)
{
    if (done->thread->registers.ebx != kernel.irq_counts[done->ebx])
        violation("irq_ack is done, and its result is not the count of interrupts");
}

/* "the version of this interface" */
static void check_version(const struct done *done)
{
    if (done->thread->registers.ebx != ABI_VERSION)
        violation("version is done, and its result is another");
}

/* "make each interrupt of a line ... signal one", by the capability that was named */
static void check_irq_bind(const struct done *done)
{
    if (!is_bound(done, &kernel.irq_endpoints[done->ebx], done->esi, RIGHT_SIGNAL))
        violation("irq_bind is done, and the line signals another endpoint, or with another badge");
}

/* ---------------------------------------------------------------------------------- calls that are done */

static void (*const promises[SYS_COUNT])(const struct done *) = {
    [SYS_cap_derive] = check_cap_derive,
    [SYS_cap_delete] = check_cap_delete,
    [SYS_cap_revoke] = check_cap_revoke,
    [SYS_memory_revoke] = check_memory_revoke,
    [SYS_vm_map] = check_vm_map,
    [SYS_vm_unmap] = check_vm_unmap,
    [SYS_vm_protect] = check_vm_protect,
    [SYS_frame_clear] = check_frame_clear,
    [SYS_frame_copy] = check_frame_copy,
    [SYS_task_create] = check_task_create,
    [SYS_task_donate] = check_task_donate,
    [SYS_endpoint_create] = check_endpoint_create,
    [SYS_thread_create] = check_thread_create,
    [SYS_thread_resume] = check_thread_resume,
    [SYS_thread_stop] = check_thread_stop,
    [SYS_thread_schedule] = check_thread_schedule,
    [SYS_irq_bind] = check_irq_bind,
    [SYS_irq_ack] = check_irq_ack,
    [SYS_version] = check_version,
};

static void check_promise(unsigned call, const struct done *done)
{
    if (call < SYS_COUNT && promises[call])
        promises[call](done);
}

/* For a call that the event began, and that is done. */
static void check_call(const struct thread *t, const struct event *event)
{
    check_promise(event->call,
                  &(struct done){t, NULL, event->eax >> SLOT_SHIFT, event->ebx, event->esi, event->edi, event->ebp});
}

/* For a restarted call. Its entry into the kernel left the first two arguments in ecx and edx, too. */
static void check_restarted(const struct thread *t, const struct before *before)
{
    const struct registers *r = &before->registers;

    check_promise(r->eax & SYSCALL_NUMBER,
                  &(struct done){t, before, r->eax >> SLOT_SHIFT, r->ecx, r->edx, r->edi, r->ebp});
}

/* "an object is destroyed with its first capability", "destroy an object": a call waits until that is done. */
static void check_destruction_is_done(const struct thread *t, const struct before *before)
{
    if (before->reaping && !list_is_empty(&kernel.destroying) && t->state != THREAD_STOPPED)
        violation("a call returned before the destruction that it waited for was done");
}

/* Whether the processor continued with another thread, which may have taken a step of its long call in this event. */
static bool others_went_on(const struct thread *t, const struct event *event)
{
    for (unsigned i = 0; i < seen.threads_count && thread_on(event->cpu) != t; i++)
        if (seen.threads[i].restarting)
            return true;
    return false;
}

static void check_thread(const struct thread *t, const struct before *before, const struct event *event)
{
    bool may_continue = t->state == THREAD_RUNNING || t->state == THREAD_READY;

    if (before->restarting && (before->registers.eax & SYSCALL_NUMBER) == SYS_memory_revoke)
        check_revoked_capabilities(t, before);
    if (t->restarting || t->reaping || t->state == THREAD_DEAD)
        return;
    if (event->kind == EVENT_CALL && REF(t) == seen.acting && !event_is_message(event)) {
        if ((int32_t)t->registers.eax > OK && may_continue)
            violation("%s returned %u, which is no status", call_names[event->call], t->registers.eax);
        if (t->registers.eax == OK && !others_went_on(t, event))
            check_call(t, event);
    } else if (before->restarting && t->registers.eax == OK && may_continue)
        check_restarted(t, before);
    check_destruction_is_done(t, before);
}

void check_promises(const struct event *event)
{
    FOR_THREADS(t)
    {
        const struct before *before = seen_thread(REF(t));
        if (before)
            check_thread(t, before, event);
    }
}

/* ---------------------------------------------------------------------------------- statuses */

static const char *const errors_of[] = {
#define SYSCALL(number, name, slot, arguments, result, errors, summary) [number] = errors,
#include "kernel/abi/syscalls.def"
};

/* Whether a list of words holds one. */
static bool lists(const char *words, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = words; (at = strstr(at, word)); at += length)
        if ((at == words || at[-1] == ' ') && (at[length] == 0 || at[length] == ' '))
            return true;
    return false;
}

/* "errors" of syscalls.def. */
void check_status_is_listed(unsigned call, unsigned error)
{
    static bool listed[SYS_COUNT][ERRORS]; /* found in the lists before */

    if (error >= ERRORS)
        violation("%s returned %d, which is no error", call < SYS_COUNT ? call_names[call] : "an unknown call",
                  -(int)error);
    if (error == OK || (call >= SYS_COUNT && error == (unsigned)-ERR_CALL) || (call < SYS_COUNT && listed[call][error]))
        return;
    if (call >= SYS_COUNT || !lists(errors_of[call], error_names[error] + sizeof "ERR_" - 1))
        violation("%s returned %s, which syscalls.def does not list",
                  call < SYS_COUNT ? call_names[call] : "an unknown call", error_names[error]);
    listed[call][error] = true;
}
