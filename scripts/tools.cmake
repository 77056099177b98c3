# The tools of this machine, found by scripts/tally/tools.py: CC, LD and others from the environment, or else by name.
# They are found once for a build folder; scripts/run configures it anew if they have changed.
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES TALLY_CC TALLY_LD)
if(NOT TALLY_CC)
  execute_process(COMMAND python3 -S -B -X utf8 ${CMAKE_CURRENT_LIST_DIR}/doctor.py --cmake ${CMAKE_BINARY_DIR}
                  OUTPUT_VARIABLE found ERROR_VARIABLE why RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "${why}${failed}")
  endif()
  cmake_language(EVAL CODE "${found}")
endif()
set(CMAKE_C_COMPILER ${TALLY_CC})
