/* The lines that were typed last. */
#pragma once

/* With or without a newline at its end; empty ones, and one as the last, are left out. */
void history_add(const char *line);

/* The one that was typed so many lines ago, from 1 on, without a newline; null: there is none. */
const char *history_line(unsigned back);
