/* Processes whose fault nobody could help. */
#pragma once

/* Asks mem for all there are; each is logged and ended. */
void casualties_bury(void);
