# What is booted: the kernel without symbols, the archive of init and all programs, the ISO of both.
if(NOT GRUB_MKRESCUE OR NOT XORRISO)
  message(FATAL_ERROR "grub-mkrescue or xorriso is missing: scripts/doctor says what to install")
endif()

get_property(programs GLOBAL PROPERTY TALLY_PROGRAMS)
list(SORT programs)
list(REMOVE_ITEM programs init)
set(paths "")
set(targets "")
foreach(name IN ITEMS init LISTS programs)
  list(APPEND paths programs/${name}.elf)
  list(APPEND targets program_${name})
endforeach()
add_custom_target(programs DEPENDS ${targets})

add_custom_command(
  OUTPUT boot/kernel.elf
  COMMAND ${CMAKE_COMMAND} -E make_directory boot
  COMMAND ${LLVM_STRIP} --strip-all -o boot/kernel.elf $<TARGET_FILE:kernel>
  DEPENDS kernel
  VERBATIM)

add_custom_command(
  OUTPUT boot/archive
  COMMAND ${CMAKE_COMMAND} -E make_directory boot
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/scripts/mkarchive.py boot/archive ${paths}
  DEPENDS scripts/mkarchive.py ${targets}
  COMMENT "boot/archive" VERBATIM)

add_custom_command(
  OUTPUT tally.iso
  COMMAND ${CMAKE_COMMAND} -E env GRUB_MKRESCUE=${GRUB_MKRESCUE} XORRISO=${XORRISO}
          ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/scripts/mkiso.py
          tally.iso boot/kernel.elf boot/archive shm_cnt
  DEPENDS scripts/mkiso.py scripts/tally/image.py boot/grub.cfg
          ${PROJECT_BINARY_DIR}/boot/kernel.elf ${PROJECT_BINARY_DIR}/boot/archive
  COMMENT "tally.iso" VERBATIM)
add_custom_target(iso ALL DEPENDS tally.iso)

add_custom_target(run
  COMMAND ${PROJECT_SOURCE_DIR}/scripts/run --build-dir ${PROJECT_BINARY_DIR}
  DEPENDS iso USES_TERMINAL)
