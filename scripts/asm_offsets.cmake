# cmake -DIN=object -DOUT=file.inc -P asm_offsets.cmake: makes NASM definitions from the strings `->NAME value` in the
# compiled kernel/i386/asm_offsets.c.
file(STRINGS ${IN} found REGEX "->[A-Za-z0-9_]+ -?[0-9]+")
if(NOT found)
  message(FATAL_ERROR "${IN}: no `->NAME value` strings in it")
endif()
set(definitions "; Generated from kernel/i386/asm_offsets.c; do not edit.\n")
foreach(line IN LISTS found)
  string(REGEX REPLACE ".*->([A-Za-z0-9_]+) (-?[0-9]+).*" "%define \\1 \\2\n" line "${line}")
  string(APPEND definitions "${line}")
endforeach()
file(WRITE ${OUT} "${definitions}")
