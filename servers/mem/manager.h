/* The calls of the manager of spaces (proc). */
#pragma once

#include "libuser/sys/syscall.h"

/* `page` is the message page of the thread that serves; the slot for the first task's capability is open. */
void manager_init(struct message_page *page);

/* One of these calls, or one of everybody's, or the error: the flags of the answer. An answer with an item is that of task_frame(). */
uint32_t manager_answer(struct words *words, int error);
