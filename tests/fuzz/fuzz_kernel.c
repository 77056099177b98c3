/*
 * The kernel's core on three processors: the bytes choose events, with all checks of tests/host/smp_run.h; in the end
 * everything dies, and every frame must be memory again.
 *
 * fuzz: runs=5000
 * defines: HOST_STEP_NODES=4 HOST_CPU_MAX=4 HOST_TABLE_BITS=5
 * sources: kernel/mem/node.c kernel/audit/node_audit.c kernel/mem/account.c kernel/cap/slot.c
 * sources: kernel/audit/slot_audit.c kernel/cap/cspace.c kernel/vm/space.c kernel/audit/space_audit.c
 * sources: kernel/vm/source.c kernel/thread/sched.c kernel/thread/thread.c kernel/audit/thread_audit.c
 * sources: kernel/ipc/ipc.c kernel/ipc/message.c kernel/audit/endpoint_audit.c kernel/sys/sys.c
 * sources: kernel/sys/sys_cap.c kernel/sys/sys_vm.c kernel/object/create.c kernel/sys/sys_object.c kernel/sys/sys_thread.c
 * sources: kernel/sys/sys_device.c kernel/object/destroy.c kernel/sys/event.c kernel/audit/audit.c
 * sources: kernel/lib/log.c kernel/thread/tlb.c tests/host/kernel_world.c
 * sources: tests/host/smp_run.c tests/host/random_calls.c tests/model/processors.c
 * sources: tests/model/invariants.c
 * sources: tests/fuzz/bytes.c
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
