# Generates the headers that are made from the interface lists, in ${GENERATED}.
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
# The python3 found may be a slow script that searches for Python each time, so the build asks it once.
execute_process(COMMAND ${Python3_EXECUTABLE} -IS -c "import sys; print(sys.executable, end='')"
                OUTPUT_VARIABLE python COMMAND_ERROR_IS_FATAL ANY)
set(python ${python} -S -B -X utf8) # no caches in the tree; its files are UTF-8 in any locale

file(GLOB protocols CONFIGURE_DEPENDS servers/proto/*.proto)
set(reader scripts/tally/interface.py scripts/tally/output.py)
list(TRANSFORM reader PREPEND ${PROJECT_SOURCE_DIR}/)

set(stubs ${GENERATED}/libuser/sys/calls.h ${GENERATED}/kernel/sys/arguments.h)
add_custom_command(
  OUTPUT ${stubs}
  COMMAND ${python} scripts/gen_stubs.py ${stubs}
  DEPENDS scripts/gen_stubs.py ${reader} kernel/abi/syscalls.def kernel/abi/errors.def
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
  COMMENT "system-call stubs" VERBATIM)

set(headers ${stubs})
foreach(protocol IN LISTS protocols)
  get_filename_component(name ${protocol} NAME_WE)
  set(header ${GENERATED}/servers/proto/${name}.h)
  add_custom_command(
    OUTPUT ${header}
    COMMAND ${python} scripts/gen_proto.py ${protocol} ${header}
    DEPENDS ${protocol} scripts/gen_proto.py ${reader}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    COMMENT "protocol ${name}" VERBATIM)
  list(APPEND headers ${header})
endforeach()
# The screen's glyphs, from GRUB's font.
find_file(GRUB_FONT unicode.pf2 PATHS /usr/share/grub NO_DEFAULT_PATH) # unless it was given
if(NOT GRUB_FONT)
  message(FATAL_ERROR "GRUB's unicode.pf2 is missing: scripts/doctor says what to install")
endif()
set(glyphs ${GENERATED}/servers/screen/glyph_data.h)
add_custom_command(
  OUTPUT ${glyphs}
  COMMAND ${python} scripts/gen_font.py ${GRUB_FONT} ${glyphs}
  DEPENDS scripts/gen_font.py scripts/tally/entry.py scripts/tally/font.py scripts/tally/output.py ${GRUB_FONT}
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
  COMMENT "glyphs" VERBATIM)
list(APPEND headers ${glyphs})

# The version: computed by each build, written if it has changed.
set(version ${GENERATED}/servers/version.h)
add_custom_target(version
  COMMAND scripts/version.sh ${version}
  BYPRODUCTS ${version}
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
  COMMENT "version" VERBATIM)

add_custom_target(generated DEPENDS ${headers})
add_dependencies(generated version)
