/*
 * Loading a server: makes a task with the program's pages, a stack, a stopped thread, and the
 * capabilities of its manifest entry.
 *
 * init's own capability table, per server index:
 */
#pragma once

#include "servers/init/manifest.h"
#include "servers/lib/archive.h"

enum {
    SLOT_INIT_ENDPOINT = 16,
    SLOT_SUPERVISOR = 17,
    SLOT_ENDPOINTS = 24,
    SLOT_TASKS = 32,
    SLOT_THREADS = 40,
    SLOT_HANDLERS = 48, /* init's endpoint, badged with 1 + the index */
};

enum { STACK_PAGES = 4 };

static inline uint32_t slot_of_endpoint(uint32_t index)
{
    return SLOT_ENDPOINTS + index;
}

/* Maps the archive and checks it; the machine ends if it is damaged. */
const void *load_archive(void);

/* Makes all endpoints, before the first server, since servers hold each other's. */
void load_endpoints(void);

/* Makes the server `index` from the program `name`. */
void load_server(uint32_t index, const struct manifest_entry *entry, const char *name);

/* Gives the remaining RAM to the servers, when all are loaded: first the shares, then the rest. */
void load_memory(void);

/* Sets the thread's initial registers, and resumes it. */
void load_resume(uint32_t index);

/* Gives the task in `slot` the frames that its account lacked in the last call; false if the call
 * failed for another reason. To be used as: do err = ...; while (account_refill(err, slot)); */
_Bool account_refill(err_t err, uint32_t slot);
