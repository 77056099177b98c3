/* A kernel on the host, just booted: one task, init, with one running thread and all capabilities. */
#pragma once

#include "kernel/thread/sched.h"

enum {
    WORLD_FRAMES = 700,
    WORLD_FREE = 64, /* the frames before it are the kernel's; it is itself init's task */
    WORLD_ACCOUNT = 60,
    WORLD_USER = WORLD_FREE + WORLD_ACCOUNT, /* the first frame that is memory */
    WORLD_TASK = 1,                          /* slots */
    WORLD_MEMORY = 2,
    WORLD_IRQS = 3,
    WORLD_PORTS = 4,
    WORLD_LOG = 5,
    WORLD_THREAD = 6,
};

struct thread *world_boot(void);

/* Makes a system call as the running thread. Returns the thread that runs afterwards; if it is the caller, its eax has
 * the status. */
struct thread *world_syscall(struct thread *thread, uint32_t head, const uint32_t arguments[4]);

/* The same for a call that does not block. Returns its status. */
int32_t world_call(struct thread *thread, uint32_t head, const uint32_t arguments[4]);

/* Destroys init's task and everything that depends on it, and checks that every frame is memory again. */
void world_end(void);
