/* Program files for the archives of tests. */
#pragma once

#include <elf.h>
#include <stdint.h>

/* Begins a file with the headers of an i386 ELF executable with these segments. */
void program_file_begin(char *file, uint32_t entry, const Elf32_Phdr *segments, uint16_t count);
