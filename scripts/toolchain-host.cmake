# The same compiler, for this machine, where the host tests run.
include(${CMAKE_CURRENT_LIST_DIR}/tools.cmake)
