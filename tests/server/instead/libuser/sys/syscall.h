/* Replaces libuser/sys/syscall.h when a server is built for the host: tests/server/server_run.c is the kernel. */
#pragma once

#include "kernel/abi/abi.h"

struct words {
    uint32_t w[4];
};

#define SERVER_CALL

int32_t system_call(uint32_t head, struct words *words);
err_t syscall_short(uint32_t head, uint32_t ebx, uint32_t esi, uint32_t edi, uint32_t *result);

static inline uint32_t syscall_nothing(void)
{
    return 0;
}
