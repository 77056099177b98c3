/* Whether there is a screen to draw on. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The number of the screen's frames, in the loader's mode; 0: no screen, or one beyond 4 GiB. */
uint32_t screen_frames(void);

/* If the loader says nothing, VGA text is assumed, and true only if VGA's registers exist. Main thread
 * only. */
bool screen_is_there(void);
