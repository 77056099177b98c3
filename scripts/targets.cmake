# How the parts of the system are compiled and linked: interface libraries and add_program().
foreach(needed IN ITEMS TALLY_LD LLVM_STRIP BUILTINS)
  if(NOT ${needed})
    message(FATAL_ERROR "the linker, llvm-strip or clang's library of 64-bit arithmetic for i386 is missing: "
                        "scripts/doctor says what to install")
  endif()
endforeach()

set(c_flags -march=i686 -nostdlibinc -fno-pic -fno-pie -fno-common -fno-stack-protector
  -fno-asynchronous-unwind-tables -fno-omit-frame-pointer -fno-strict-aliasing
  -ffunction-sections -fdata-sections -falign-loops=1 -freg-struct-return -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=)
set(nasm_flags -g -F dwarf -Werror -I${PROJECT_SOURCE_DIR}/ -I${GENERATED}/)
set(link_flags --gc-sections --fatal-warnings --build-id=none -zmax-page-size=4096 -znoexecstack)

add_library(kernel_flags INTERFACE)
target_link_libraries(kernel_flags INTERFACE warnings)
target_compile_options(kernel_flags INTERFACE
  $<$<COMPILE_LANGUAGE:C>:${c_flags} -ffreestanding -mgeneral-regs-only -mregparm=3>
  $<$<COMPILE_LANGUAGE:ASM_NASM>:${nasm_flags}>)
target_compile_definitions(kernel_flags INTERFACE
  MACHINE_HEADER="kernel/i386/machine.h" TALLY_AUDIT=$<BOOL:${TALLY_AUDIT}> IPC_FORCE_GENERAL=$<BOOL:${TALLY_AUDIT}>)
target_link_options(kernel_flags INTERFACE ${link_flags} -T ${PROJECT_SOURCE_DIR}/boot/kernel.ld)

set(user_c_flags ${c_flags} -fno-builtin -fno-delete-null-pointer-checks)

# user_flags: any user code; user_strict: our own, under the tree's warnings.
add_library(user_flags INTERFACE)
target_compile_options(user_flags INTERFACE
  $<$<COMPILE_LANGUAGE:C>:${user_c_flags}>
  $<$<COMPILE_LANGUAGE:ASM_NASM>:${nasm_flags}>)
target_include_directories(user_flags INTERFACE
  ${PROJECT_SOURCE_DIR} ${GENERATED} ${PROJECT_SOURCE_DIR}/libuser/libc/include)
target_include_directories(user_flags SYSTEM INTERFACE ${GENERATED}/third_party)
add_library(user_strict INTERFACE)
target_link_libraries(user_strict INTERFACE warnings user_flags)
add_library(user_vdso INTERFACE)
target_link_libraries(user_vdso INTERFACE user_strict)
target_link_options(user_vdso INTERFACE ${link_flags} -T ${PROJECT_SOURCE_DIR}/boot/vdso.ld)

# add_program(NAME [MUSL] SPACE programs|servers|kernel-tests LIBRARIES ... SOURCES FILE...): the ELF file
# SPACE/NAME.elf of the build folder, made by the target SPACE_NAME; it goes into the boot archive. Each SPACE is a
# name space of its own. MUSL: a program whose C library is musl (scripts/musl.cmake).
function(add_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "MUSL" "SPACE" "LIBRARIES;SOURCES")
  set(target ${arg_SPACE}_${name})
  set(crt server)
  if(arg_SPACE STREQUAL "programs")
    set(crt program)
  endif()
  add_executable(${target} ${arg_SOURCES})
  add_dependencies(${target} generated)
  set(script boot/program.ld)
  if(arg_MUSL)
    set(script boot/musl.ld)
    target_link_libraries(${target} PRIVATE ${musl_library}/crt1.o crt_musl ${arg_LIBRARIES} libtally ${musl_library}/libc.a ${BUILTINS})
  else()
    target_link_libraries(${target} PRIVATE crt_${crt} ${arg_LIBRARIES} libuser ${BUILTINS})
  endif()
  target_link_options(${target} PRIVATE ${link_flags} -T ${PROJECT_SOURCE_DIR}/${script})
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME ${name} SUFFIX .elf RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/${arg_SPACE}
    LINK_DEPENDS ${PROJECT_SOURCE_DIR}/${script})
  set_property(GLOBAL APPEND PROPERTY TALLY_${arg_SPACE} ${name})
endfunction()
