/* Replaces libuser/vdso/call.h when the library of system calls is built for the host: the test handles the calls. */
#pragma once

#include "libuser/vdso/numbers.h"

#include <stdint.h>

int32_t linux_call(uint32_t number, uintptr_t first, uintptr_t second, uintptr_t third);
