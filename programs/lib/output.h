/* The standard output of programs. */
#pragma once

/* 0 if all that was printed has been written; else 1, with a message. A line may have been written, or not, before the
 * end: fflush() alone says nothing of that. */
int output_failed(void);
