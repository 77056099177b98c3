/* The memory server's replies: each returns the flags of a reply, as in server.h. */
#pragma once

#include "libuser/ipc/ipc.h"

static inline uint32_t reply(struct words *words, int status)
{
    words->w[0] = (uint32_t)status;
    return IPC_REPLY;
}

/* The message page has the item; the words are set already. */
static inline uint32_t with_item(void)
{
    message_page->tag = TAG(0, 1);
    return IPC_REPLY | IPC_EXTENDED;
}

static inline uint32_t reply_with_item(struct words *words)
{
    words->w[0] = 0;
    return with_item();
}
