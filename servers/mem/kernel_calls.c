#include "servers/mem/kernel_calls.h"

#include <assert.h>

#include "libuser/ipc/ipc.h"
#include "libuser/sys/derive.h"

err_t kernel_map(uint32_t task, const struct map_request *request)
{
    return sys_vm_map(task, request->address, request->rights, request->source, request->pages, request->from);
}

err_t kernel_unmap(uint32_t task, uint32_t address, uint32_t pages)
{
    return sys_vm_unmap(task, address, pages);
}

err_t kernel_protect(uint32_t task, uint32_t address, uint32_t rights, uint32_t pages)
{
    return sys_vm_protect(task, address, rights, pages);
}

err_t kernel_revoke(uint32_t frame)
{
    return sys_memory_revoke(MEM_SLOT_MEMORY, frame, 1);
}

err_t kernel_donate(uint32_t task, uint32_t frame, uint32_t frames)
{
    return sys_task_donate(task, MEM_SLOT_MEMORY, frames, frame);
}

uint32_t kernel_shortfall(void)
{
    return message_page->shortfall;
}

err_t kernel_clear(uint32_t frame)
{
    return sys_frame_clear(MEM_SLOT_MEMORY, frame);
}

err_t kernel_copy(uint32_t frame, uint32_t source)
{
    return sys_frame_copy(MEM_SLOT_MEMORY, frame, MEM_SLOT_MEMORY, source, PAGE_SIZE);
}

err_t kernel_copy_archive(uint32_t frame, uint32_t archive_page, uint32_t bytes)
{
    return sys_frame_copy(MEM_SLOT_MEMORY, frame, MEM_SLOT_ARCHIVE, archive_page, bytes);
}

err_t kernel_copy_file(uint32_t frame, uint32_t file_page, uint32_t bytes)
{
    return sys_frame_copy(MEM_SLOT_MEMORY, frame, MEM_SLOT_FILES, file_page, bytes);
}

err_t kernel_map_own(void *at, uint32_t frame)
{
    return sys_vm_map(SERVER_SLOT_TASK, (uint32_t)at, RIGHT_READ | RIGHT_WRITE, MEM_SLOT_MEMORY, 1, frame);
}

void kernel_unmap_own(const void *at)
{
    err_t err = sys_vm_unmap(SERVER_SLOT_TASK, (uint32_t)at, 1);
    assert(err == OK);
}

err_t kernel_derive_frame(uint32_t slot, uint32_t frame)
{
    return cap_part(MEM_SLOT_MEMORY, slot, RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT | RIGHT_OWN, frame, 1);
}

err_t kernel_delete(uint32_t slot)
{
    return sys_cap_delete(slot);
}

err_t kernel_destroy(uint32_t slot)
{
    return sys_object_destroy(slot);
}

/* Tests by revoking: nothing is ever derived from these capabilities, so nothing is lost. */
bool kernel_slot_is_empty(uint32_t slot)
{
    return sys_cap_revoke(slot) == ERR_CAP;
}

void kernel_reply(uint32_t caller, uint32_t call_number)
{
    uint32_t own = message_page->caller, own_call_number = message_page->caller_call_number;
    struct words words = {{0}};

    message_page->caller = caller;
    message_page->caller_call_number = call_number;
    err_t gone = ipc_reply(0, &words);
    (void)gone;
    message_page->caller = own;
    message_page->caller_call_number = own_call_number;
}

void kernel_signal_fatal_fault(void)
{
    err_t err = ipc_signal(MEM_SLOT_FATAL_FAULT);
    (void)err; /* proc is gone; init handles that */
}
