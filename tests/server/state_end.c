#include "tests/server/server_state.h"

char state_data_end[1] = {1}, state_bss_end[1];
