# The boot images: the kernel without symbols, the archive with init and all programs, and the ISO of both.
if(NOT GRUB_MKRESCUE OR NOT XORRISO)
  message(FATAL_ERROR "grub-mkrescue or xorriso is missing: scripts/doctor says what to install")
endif()

set(members "")
set(targets "")
foreach(kind IN ITEMS servers kernel-tests programs tests)
  set(space ${kind})
  if(kind STREQUAL "tests")
    set(space programs)
  endif()
  get_property(names GLOBAL PROPERTY TALLY_${kind})
  list(SORT names)
  list(TRANSFORM names PREPEND ${space}_ OUTPUT_VARIABLE made)
  list(APPEND targets ${made})
  list(REMOVE_ITEM names init) # the archive has init as a flat image
  list(TRANSFORM names REPLACE "(.+)" "${space}/\\1.elf")
  list(APPEND members --${kind} ${names})
endforeach()
list(APPEND members --libraries libraries/vdso.elf)
list(APPEND targets vdso)
list(JOIN members "\n" members)
file(CONFIGURE OUTPUT boot/members CONTENT "servers/init.elf\n${members}\n" @ONLY)
set(foreign "")
if(TALLY_PROGRAMS_DIR)
  set(foreign --foreign foreign)
  list(APPEND targets foreign/list)
endif()

add_custom_command(
  OUTPUT boot/kernel.elf
  COMMAND ${CMAKE_COMMAND} -E make_directory boot
  COMMAND ${LLVM_STRIP} --strip-all -o boot/kernel.elf $<TARGET_FILE:kernel>
  DEPENDS kernel
  VERBATIM)
add_custom_target(boot_kernel DEPENDS boot/kernel.elf)

add_custom_command(
  OUTPUT boot/archive
  COMMAND ${CMAKE_COMMAND} -E make_directory boot
  COMMAND ${python} ${PROJECT_SOURCE_DIR}/scripts/mkarchive.py boot/archive @boot/members ${foreign}
  DEPENDS ${PROJECT_BINARY_DIR}/boot/members scripts/mkarchive.py scripts/tally/archive.py scripts/tally/program.py scripts/tally/foreign.py ${targets}
  COMMENT "boot/archive" VERBATIM)

add_custom_command(
  OUTPUT tally.iso
  COMMAND ${CMAKE_COMMAND} -E env GRUB_MKRESCUE=${GRUB_MKRESCUE} XORRISO=${XORRISO}
          ${python} ${PROJECT_SOURCE_DIR}/scripts/mkiso.py
          tally.iso boot/kernel.elf boot/archive shm_cnt
  DEPENDS scripts/mkiso.py scripts/tally/image.py scripts/tally/xorriso_fixed.py boot/grub.cfg
          ${PROJECT_BINARY_DIR}/boot/kernel.elf ${PROJECT_BINARY_DIR}/boot/archive
  COMMENT "tally.iso" VERBATIM)
add_custom_target(iso ALL DEPENDS tally.iso)
add_dependencies(iso boot_kernel)

add_custom_target(run
  COMMAND ${PROJECT_SOURCE_DIR}/scripts/run --build-dir ${PROJECT_BINARY_DIR}
  DEPENDS iso USES_TERMINAL VERBATIM)
