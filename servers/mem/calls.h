/*
 * The calls of mem.proto. A client's call gets its space; calls of the manager or of everybody get only the message's
 * words. Each returns the flags of the reply, as in server.h.
 */
#pragma once

#include "servers/mem/space.h"
#include "servers/proto/mem.h"

#define MEM_CALL_OF_CLIENT(number, name) uint32_t call_##name(struct space *space, struct words *words);
#define MEM_CALL_OF_OTHERS(number, name) uint32_t call_##name(struct words *words);
MEM_CALLS_FROM_CLIENTS(MEM_CALL_OF_CLIENT)
MEM_CALLS_FROM_MANAGER(MEM_CALL_OF_OTHERS)
MEM_CALLS_FROM_ALL(MEM_CALL_OF_OTHERS)
