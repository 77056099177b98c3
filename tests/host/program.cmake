# Programs of one file each. The head comment of FILE.c says what else it is made of:
#   sources: kernel/mem/account.c ...      files from the root; kernel-core: all of the kernel but for the machine and its boot
#   defines: HOST_TABLE_BITS=2 ...
#   instead: tests/server/instead            headers in there are taken in place of those of the same name
# One that has tests/model/processors.c runs on these, the others on a processor that does nothing. Who includes this
# sets `coverage`, the options to compile with what is tested: neither tests nor walkers, whose ways are of no interest.
set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all)

function(read_field file field result)
  file(STRINGS ${file} lines REGEX "^(//| \\*) *${field}:" LIMIT_COUNT 40)
  list(TRANSFORM lines REPLACE "^[ /*]*${field}: *" "")
  list(JOIN lines " " lines)
  string(REPLACE "*/" "" lines "${lines}")
  separate_arguments(lines)
  set(${result} ${lines} PARENT_SCOPE)
endfunction()

function(set_options target defines instead)
  list(TRANSFORM instead PREPEND ${PROJECT_SOURCE_DIR}/)
  target_include_directories(${target} BEFORE PRIVATE ${instead})
  add_dependencies(${target} generated)
  target_link_libraries(${target} PRIVATE warnings)
  target_compile_definitions(${target} PRIVATE MACHINE_HEADER="tests/host/machine.h" TALLY_AUDIT=1 ${defines})
  target_compile_options(${target} PRIVATE -O1 -fno-omit-frame-pointer ${sanitizers})
endfunction()

# What several programs are made of, with the same definitions, is compiled once.
function(add_object source defines instead result)
  set(more ${coverage})
  if(source MATCHES "^tests/|^kernel/audit/")
    set(more "")
  endif()
  string(MAKE_C_IDENTIFIER "${source} ${defines} ${instead} ${more}" object)
  if(NOT TARGET ${object})
    add_library(${object} OBJECT ${PROJECT_SOURCE_DIR}/${source})
    set_options(${object} "${defines}" "${instead}")
    target_compile_options(${object} PRIVATE ${more})
  endif()
  set(${result} $<TARGET_OBJECTS:${object}> PARENT_SCOPE)
endfunction()

# The kernel's core with these definitions, a library: of it a program has what it uses.
file(GLOB core RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/kernel/*.c ${PROJECT_SOURCE_DIR}/kernel/*/*.c)
list(FILTER core EXCLUDE REGEX "^kernel/(i386|boot)/")

function(add_core defines instead result)
  string(MAKE_C_IDENTIFIER "kernel_core ${defines} ${instead} ${coverage}" library)
  if(NOT TARGET ${library})
    add_library(${library} STATIC)
    foreach(source IN LISTS core)
      add_object(${source} "${defines}" "${instead}" object)
      target_sources(${library} PRIVATE ${object})
    endforeach()
    set_target_properties(${library} PROPERTIES LINKER_LANGUAGE C)
  endif()
  set(${result} ${library} PARENT_SCOPE)
endfunction()

# The program `name` of `file`.
function(add_host_program name file)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  read_field(${file} sources sources)
  read_field(${file} defines defines)
  read_field(${file} instead instead)

  add_executable(${name} ${file})
  set_options(${name} "${defines}" "${instead}")
  if(NOT "tests/model/processors.c" IN_LIST sources)
    list(APPEND sources tests/host/one_processor.c)
  endif()
  if("kernel-core" IN_LIST sources)
    list(REMOVE_ITEM sources kernel-core)
    add_core("${defines}" "${instead}" library)
    target_link_libraries(${name} PRIVATE ${library})
  endif()
  foreach(source IN LISTS sources ITEMS tests/host/host_machine.c tests/host/no_machine.c)
    add_object(${source} "${defines}" "${instead}" object)
    target_sources(${name} PRIVATE ${object})
  endforeach()
  target_link_options(${name} PRIVATE ${sanitizers} --ld-path=${TALLY_LD})
endfunction()
