#include "servers/proc/file_client.h"

#include "servers/proto/file.h"
#include "servers/proto/slots.h"

int file_client_begin(struct process *process, uint32_t booted)
{
    if (process->has_files)
        return 0;
    int error = file_begin(PROC_SLOT_FILE, process->badge, booted, process->pid);
    if (error)
        return error;
    error = task_give_files(&process->task);
    if (error)
        file_release(PROC_SLOT_FILE, process->badge);
    process->has_files = error == 0;
    return error;
}

int file_client_limit(struct process *process, uint32_t processes, uint32_t booted)
{
    uint32_t before = process->account->limit;

    if (processes == before)
        return 0;
    int error = file_client_begin(process, booted);
    return error ? error : file_limit(PROC_SLOT_FILE, process->badge, processes, before);
}
