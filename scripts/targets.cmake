# How the parts of the system are compiled and linked: interface libraries and add_program().
foreach(needed IN ITEMS TALLY_LD LLVM_STRIP BUILTINS)
  if(NOT ${needed})
    message(FATAL_ERROR "the linker, llvm-strip or clang's library of 64-bit arithmetic for i386 is missing: "
                        "scripts/doctor says what to install")
  endif()
endforeach()

set(c_flags -march=i686 -nostdlibinc -fno-pic -fno-pie -fno-common -fno-stack-protector
  -fno-asynchronous-unwind-tables -fno-strict-aliasing
  -ffunction-sections -fdata-sections -falign-loops=1 -freg-struct-return -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=)
set(nasm_flags -g -F dwarf -Werror -I${PROJECT_SOURCE_DIR}/ -I${GENERATED}/)
set(link_flags --gc-sections --fatal-warnings --build-id=none -zmax-page-size=4096 -znoexecstack)

add_library(kernel_flags INTERFACE)
target_link_libraries(kernel_flags INTERFACE warnings)
target_compile_options(kernel_flags INTERFACE
  $<$<COMPILE_LANGUAGE:C>:${c_flags} -fno-omit-frame-pointer -ffreestanding -mgeneral-regs-only -mregparm=3>
  $<$<COMPILE_LANGUAGE:ASM_NASM>:${nasm_flags}>)
target_compile_definitions(kernel_flags INTERFACE
  MACHINE_HEADER="kernel/i386/machine.h" TALLY_AUDIT=$<BOOL:${TALLY_AUDIT}> IPC_FORCE_GENERAL=$<BOOL:${TALLY_AUDIT}>)
target_link_options(kernel_flags INTERFACE ${link_flags} -T ${PROJECT_SOURCE_DIR}/boot/kernel.ld)

# user_strict: user code without a C library. It uses musl's headers only: numbers, types, and the names of the
# functions in libuser/string/. It needs no frame pointers, as the kernel's backtraces end at the kernel's entry.
add_library(user_strict INTERFACE)
target_compile_options(user_strict INTERFACE
  $<$<COMPILE_LANGUAGE:C>:${c_flags} -fomit-frame-pointer ${musl_includes} -fno-builtin -fno-delete-null-pointer-checks>
  $<$<COMPILE_LANGUAGE:ASM_NASM>:${nasm_flags}>)
target_link_libraries(user_strict INTERFACE warnings)
add_library(user_vdso INTERFACE)
target_link_libraries(user_vdso INTERFACE user_strict)
target_link_options(user_vdso INTERFACE ${link_flags} -T ${PROJECT_SOURCE_DIR}/boot/vdso.ld)

# add_program(NAME [RAW] [TEST] SPACE programs|servers|kernel-tests LIBRARIES ... SOURCES FILE...): makes the ELF file
# SPACE/NAME.elf in the build folder, by the target SPACE_NAME, and puts it into the boot archive. Each SPACE is a name
# space of its own. The C library of programs is musl (scripts/musl.cmake); a RAW program has its own _start, and
# nothing of the library of system calls. A TEST is left out of the booted system's tree of files.
function(add_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "RAW;TEST" "SPACE" "LIBRARIES;SOURCES")
  set(target ${arg_SPACE}_${name})
  add_executable(${target} ${arg_SOURCES})
  add_dependencies(${target} generated)
  set(script boot/program.ld)
  if(arg_RAW)
    target_link_libraries(${target} PRIVATE ${arg_LIBRARIES} libuser)
  elseif(arg_SPACE STREQUAL "programs")
    set(script boot/musl.ld)
    target_link_libraries(${target} PRIVATE ${musl_library}/crt1.o crt_musl crt_prompt ${arg_LIBRARIES} libtally
                          ${musl_library}/libc.a ${BUILTINS})
  else()
    target_link_libraries(${target} PRIVATE crt_server ${arg_LIBRARIES} libuser ${BUILTINS})
  endif()
  target_link_options(${target} PRIVATE ${link_flags} -T ${PROJECT_SOURCE_DIR}/${script})
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME ${name} SUFFIX .elf RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/${arg_SPACE}
    LINK_DEPENDS ${PROJECT_SOURCE_DIR}/${script})
  if(arg_TEST)
    set_property(GLOBAL APPEND PROPERTY TALLY_tests ${name})
  else()
    set_property(GLOBAL APPEND PROPERTY TALLY_${arg_SPACE} ${name})
  endif()
endfunction()
