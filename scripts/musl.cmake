# musl for i386, the C library of programs. They link with user_musl, or with musl_strict, which adds our warnings. musl
# is fetched once, and not installed.
if(NOT EXISTS "${MUSL}/version" OR DEFINED ENV{MUSL})
  execute_process(COMMAND ${python} ${PROJECT_SOURCE_DIR}/scripts/musl.py ${PROJECT_BINARY_DIR}
                  OUTPUT_VARIABLE found ERROR_VARIABLE why RESULT_VARIABLE failed OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(failed)
    message(FATAL_ERROR "${why}${failed}")
  endif()
  set(MUSL "${found}" CACHE PATH "musl for i386" FORCE)
endif()
file(STRINGS ${MUSL}/version musl_version LIMIT_COUNT 1)
if(NOT musl_version MATCHES "^1\\.2\\.[0-5]$") # libuser/musl fits only these, and programs need it for system calls
  set(refused ${MUSL})
  unset(MUSL CACHE) # else it would still be used when the environment names no other folder
  message(FATAL_ERROR "tally: musl ${musl_version} in ${refused}: libuser/musl knows the insides of 1.2.0 to 1.2.5")
endif()
set(musl_library ${MUSL}/lib/i386-linux-musl)
set(musl_includes -isystem ${MUSL}/include/i386-linux-musl)

# -mno-tls-direct-seg-refs makes thread-local variables be found through the pointer at gs:0, not relative to gs.
# Without -fno-builtin-malloc and so on, clang would assume that an unused malloc succeeds, and leave errno unset.
set(musl_c_flags --target=i686-linux-musl -march=i686 -nostdlibinc -fno-pic -fno-pie -fno-stack-protector
  -fno-asynchronous-unwind-tables -fno-omit-frame-pointer -fno-strict-aliasing -ffunction-sections -fdata-sections
  -fno-delete-null-pointer-checks -fno-builtin-malloc -fno-builtin-calloc -fno-builtin-realloc
  -mno-tls-direct-seg-refs -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=)

add_library(user_musl INTERFACE)
target_compile_options(user_musl INTERFACE ${musl_c_flags} ${musl_includes})
target_include_directories(user_musl INTERFACE ${PROJECT_SOURCE_DIR} ${GENERATED})
add_library(musl_strict INTERFACE)
target_link_libraries(musl_strict INTERFACE warnings user_musl)
