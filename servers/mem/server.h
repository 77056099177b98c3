/*
 * The memory server's replies. Each client is known by the badge of its messages, the id of its
 * space; badge 0 is the manager. servers/proto/mem.proto lists the calls.
 *
 * The functions return the IPC flags of the reply: IPC_REPLY, with IPC_EXTENDED if the message page
 * has an item or data for it; 0 means no reply now.
 */
#pragma once

#include <stdbool.h>

#include "kernel/abi/abi.h"
#include "libuser/sys/syscall.h"

/* Must follow frames_init(). False: too little memory to begin with. */
bool server_init(uint32_t archive_pages, uint32_t secret);

/* Handles a message; the message page has the tag, and further words and items. */
uint32_t server_handle(uint32_t badge, struct words *words);

/* Called when the kernel refused the last reply, sent with those flags; it is still owed. */
uint32_t server_refused(uint32_t flags, err_t why, struct words *words);
