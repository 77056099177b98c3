/* Whether there is a screen to draw on. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Frames of the screen as the loader left it: 0 without one, and if it lies beyond 4 GiB. */
uint32_t screen_frames(void);

/* That a machine without word from the loader has VGA's text is only assumed: its registers must be
 * there, too. Main thread only. */
bool screen_is_there(void);
