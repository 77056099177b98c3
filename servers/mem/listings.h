/* The calls by which everybody may see who has what. */
#pragma once

#include "libuser/sys/syscall.h"

/* One of these calls, whose data are in the page, or the error: the flags of the answer. */
uint32_t listings_answer(struct message_page *page, struct words *words, int error);
