/* What the parts of the machine in tests/server/proc_machine.h share. */
#pragma once

#include "tests/server/proc_machine.h"

/* The result of the call whose line was added last, at `begin`: `result`, unless it is to be refused. */
int32_t machine_last_line(uint32_t begin, int32_t result);
#define LINE(...) (machine_add(__VA_ARGS__), machine_last_line(begin, 0))

/* A badge as "3/1". */
struct machine_name machine_badge_name(uint32_t badge);

/* mem's reply about a word of a shared page. */
int32_t machine_word(uint32_t *w);

/* Calls of the file server. */
void machine_files_begin(void);
int32_t machine_files(uint32_t begin, uint32_t *w);
void machine_files_put(void); /* the data of the file server's reply, if there is any */

/* Acknowledges the tick; a port of the real-time clock is used. */
int32_t machine_ack(uint32_t slot, uint32_t *w);
int32_t machine_port(uint32_t number, uint32_t slot, uint32_t *w);
