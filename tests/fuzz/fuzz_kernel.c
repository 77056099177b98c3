/*
 * The kernel's core on three processors: the bytes choose events, with all checks of tests/host/smp_run.h; in the end
 * everything dies, and every frame must be memory again.
 *
 * fuzz: runs=5000
 * defines: HOST_STEP_NODES=4 HOST_CPU_MAX=4 HOST_TABLE_BITS=5
 * sources: kernel/mem/node.c kernel/audit/node_audit.c kernel/mem/account.c kernel/cap/slot.c kernel/audit/slot_audit.c
 * sources: kernel/cap/cspace.c kernel/vm/space.c kernel/audit/space_audit.c kernel/vm/source.c kernel/thread/sched.c
 * sources: kernel/thread/thread.c kernel/audit/thread_audit.c kernel/ipc/ipc.c kernel/ipc/message.c
 * sources: kernel/audit/endpoint_audit.c kernel/sys/sys.c kernel/sys/sys_cap.c kernel/sys/sys_vm.c
 * sources: kernel/object/create.c kernel/sys/sys_object.c kernel/sys/sys_thread.c kernel/sys/sys_device.c
 * sources: kernel/object/destroy.c kernel/sys/event.c kernel/audit/audit.c kernel/lib/log.c kernel/thread/tlb.c
 * sources: tests/host/kernel_world.c tests/host/smp_run.c tests/host/random_calls.c tests/model/processors.c
 * sources: tests/model/invariants.c tests/fuzz/bytes.c
 */
#include "tests/fuzz/bytes.h"
#include "tests/fuzz/fuzz.h"
#include "tests/host/smp_run.h"

enum { STEPS = 2000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bytes_begin(data, size);
    smp_run(STEPS, bytes_are_left);
    return 0;
}
