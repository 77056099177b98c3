/* Processes whose fault nobody could help. */
#pragma once

/* Asks mem for one, which is logged and ended, and for all others there are in further steps: work.h. */
void casualties_bury(void);
