/*
 * Sending and receiving messages in user space.
 *
 * Convention of all our protocols: word 0 of a call is the call's number, words 1-3 its arguments;
 * word 0 of the reply is 0 or a negative errno, words 1-3 the results. Everything else goes
 * through the message page: bytes ("data", at most 256) and items (pages, capabilities).
 *
 * I1  Everything here uses the main thread's message page; a second thread needs its own functions.
 * I2  Any call may overwrite the page: copy what a received message has there before you make one.
 */
#pragma once

#include "libuser/sys/syscall.h"

static struct message_page *const message_page = (struct message_page *)MESSAGE_PAGE;

enum { IPC_DATA_MAX = IPC_PAGE_WORDS * 4 };

/* For the flags of a protocol's stub: the message carries message_page->items[0 .. n-1]. */
#define ITEMS_SHIFT 24
#define ITEMS(n)    ((uint32_t)(n) << ITEMS_SHIFT)

/* Sets the tag for `bytes` of data and `items` items; returns the flag to send with. */
static inline uint32_t ipc_extend(uint32_t bytes, uint32_t items)
{
    message_page->tag = TAG((bytes + 3) / 4, items);
    return IPC_EXTENDED;
}

/* Of the message in the page: its bytes of data, in whole words, and its items. */
static inline uint32_t ipc_data_bytes(void)
{
    return (message_page->tag & TAG_WORDS) * sizeof(uint32_t);
}

static inline uint32_t ipc_items_count(void)
{
    return (message_page->tag & TAG_ITEMS) >> TAG_ITEMS_SHIFT;
}

/* Calls through an endpoint capability and waits; `words` are the call's, then the reply's. */
static inline err_t ipc_call(uint32_t slot, uint32_t flags, struct words *words)
{
    return (err_t)system_call(SYS_ipc_call | (flags & IPC_FLAGS) | slot << SLOT_SHIFT, words);
}

/* With IPC_REPLY it first replies to the last received caller or, if that has its reply, message_page->caller. Then it
 * waits. Returns the sender's badge, or an err_t (negative): then nothing was sent or received. */
static inline int32_t ipc_reply_wait(uint32_t flags, struct words *words)
{
    return system_call(SYS_ipc_reply_wait | (flags & IPC_FLAGS), words);
}

/* Replies to message_page->caller, caller_call_number without waiting. */
static inline err_t ipc_reply(uint32_t flags, struct words *words)
{
    return (err_t)system_call(SYS_ipc_reply | (flags & IPC_FLAGS), words);
}

/* Sets the capability's bits at its endpoint; never waits. */
static inline err_t ipc_signal(uint32_t slot)
{
    struct words words = {{0}};
    return (err_t)system_call(SYS_ipc_signal | slot << SLOT_SHIFT, &words);
}

/* Opens the window for pages of the next received message; returns the flag for the call. */
static inline uint32_t ipc_window(uint32_t address, uint32_t pages)
{
    message_page->window = address;
    message_page->window_pages = pages;
    return IPC_WINDOW;
}

/* The same for capabilities. */
static inline uint32_t ipc_slots(uint32_t first, uint32_t count)
{
    message_page->slots = first;
    message_page->slots_count = count;
    return IPC_SLOTS;
}

/* An item of pages, for an address of the receiver. */
static inline struct item item_memory(uint32_t slot, rights_t rights, uint32_t page, uint32_t pages, uint32_t to)
{
    return (struct item){
        .slot = (uint16_t)slot, .rights = rights, .kind = ITEM_MEMORY, .pages = (uint8_t)pages, .from = page, .to = to};
}

static inline struct item item_address(uint32_t address, rights_t rights, uint32_t pages, uint32_t to)
{
    return (struct item){.rights = rights, .kind = ITEM_ADDRESS, .pages = (uint8_t)pages, .from = address, .to = to};
}

/* An item with a capability, for the first slot of the receiver's window; set .to for another slot. */
static inline struct item item_cap(uint32_t slot, rights_t rights, uint32_t badge)
{
    return (struct item){.slot = (uint16_t)slot, .rights = rights, .kind = ITEM_CAP, .from = badge};
}
