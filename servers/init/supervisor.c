#include "servers/init/supervisor.h"

#include "libuser/sys/derive.h"
#include "servers/init/load.h"
#include "servers/lib/fault.h"
#include "servers/lib/log.h"

enum { SUPERVISOR_PAGE = MESSAGE_PAGE + PAGE_SIZE, SUPERVISOR_STACK = 4096 };

static struct message_page *const page = (struct message_page *)SUPERVISOR_PAGE;
static _Alignas(16) char stack[SUPERVISOR_STACK];
static const char *program;

/* The system can continue without the screen's server, but not without any other. */
static void server_died(uint32_t index, const struct words *fault)
{
    uint32_t address = fault->w[0], cause = fault->w[1], eip = fault->w[2], vector = fault->w[3];
    const char *name = index < SERVERS ? manifest[index].name : program;
    const char *died = index == SERVER_SCREEN ? "is gone" : "died";

    if (vector == VECTOR_PAGE_FAULT)
        log_line(page, BOOT_SLOT_LOG, "init: server %s %s: page fault (%s%s) at address 0x%x (eip 0x%x)", name, died,
                 fault_access(cause), fault_reason(address, cause, cause & FAULT_PRESENT), (unsigned)address,
                 (unsigned)eip);
    else
        log_line(page, BOOT_SLOT_LOG, "init: server %s %s: %s at address 0x%x (eip 0x%x)", name, died,
                 fault_name(vector), (unsigned)eip, (unsigned)eip);
    if (index != SERVER_SCREEN)
        end_machine(STATUS_FAILED);
}

/* Returns only if the machine continues. */
static void program_ended(uint32_t status, uint32_t report)
{
    log_line(page, BOOT_SLOT_LOG, "init: %s exited with status %u", program, (unsigned)status);
    if (report == REPORT_SHELL_FOLLOWS)
        end_machine_if_asked_to(status);
    else
        end_machine(status);
}

_Noreturn static void supervise(void)
{
    uint32_t reply = 0; /* IPC_REPLY: the program has ended, and its call is replied to */

    for (;;) {
        struct words words = {{0}};
        int32_t badge = ipc_reply_wait(reply, &words);
        uint32_t kind = page->tag & TAG_KIND;
        reply = 0;
        if (badge > 0 && kind == TAG_FAULT)
            server_died((uint32_t)badge - 1, &words);
        if (badge >= 0 && kind == TAG_CALL) {
            program_ended(words.w[0], words.w[1]);
            reply = IPC_REPLY;
        }
    }
}

void supervisor_start(const char *name)
{
    err_t err;

    program = name;
    do
        err = sys_thread_create(BOOT_SLOT_TASK, SLOT_SUPERVISOR, SLOT_INIT_ENDPOINT, SLOT_NONE, PRIORITY_SUPERVISOR, 0,
                                SUPERVISOR_PAGE);
    while (account_refill(err, BOOT_SLOT_TASK));
    end_unless(err, "making the supervisor");
    *(struct thread_registers *)message_page->state = (struct thread_registers){
        .eip = (uint32_t)supervise, .esp = (uint32_t)(stack + sizeof(stack) - 4), /* as after a call */
    };
    end_unless(sys_thread_write(SLOT_SUPERVISOR, THREAD_REGISTERS), "setting registers");
    end_unless(sys_thread_resume(SLOT_SUPERVISOR), "resuming the supervisor");
}

static void report_status(uint32_t status, enum report report)
{
    struct words words = {{status, report}};

    err_t err = ipc_call(SLOT_INIT_ENDPOINT, 0, &words);
    end_unless(err, "notifying the supervisor");
}

_Noreturn void supervisor_report(uint32_t status)
{
    report_status(status, REPORT_LAST);
    __builtin_trap();
}

void supervisor_report_before_shell(uint32_t status)
{
    report_status(status, REPORT_SHELL_FOLLOWS);
}
