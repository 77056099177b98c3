/* The most recently typed lines. */
#pragma once

/* Adds a line, with or without a newline at its end, unless it is empty, or equal to the last one. */
void history_add(const char *line);

/* The line typed so many lines ago, from 1 on, without a newline; null: there is none. */
const char *history_line(unsigned back);
