/* Standard output of programs. */
#pragma once

/* 0 if all printed text has been written; else 1, with a message. It notices errors of earlier writes, too, which
 * fflush() alone does not report. */
int output_failed(void);
