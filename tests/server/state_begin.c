#include "tests/server/server_state.h"

char state_data_begin[1] = {1}, state_bss_begin[1];
