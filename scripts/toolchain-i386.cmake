# clang, ld.lld and NASM for a bare i386 target; kernel and user flags are in targets.cmake.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR i386)

include(${CMAKE_CURRENT_LIST_DIR}/tools.cmake)
set(CMAKE_C_COMPILER_TARGET i686-unknown-none-elf)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY) # there is nothing to link a test program with
set(CMAKE_ASM_NASM_OBJECT_FORMAT elf32)

# The clang driver would link with the host's gcc, so CMake calls the linker by name.
set(CMAKE_C_LINK_EXECUTABLE "\"${TALLY_LD}\" <LINK_FLAGS> <OBJECTS> -o <TARGET> <LINK_LIBRARIES>")
