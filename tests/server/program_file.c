#include "tests/server/program_file.h"

#include <string.h>

void program_file_begin(char *file, uint32_t entry, const Elf32_Phdr *segments, uint16_t count)
{
    Elf32_Ehdr header = {.e_type = ET_EXEC,
                         .e_machine = EM_386,
                         .e_version = EV_CURRENT,
                         .e_entry = entry,
                         .e_phoff = sizeof(header),
                         .e_phentsize = sizeof(Elf32_Phdr),
                         .e_phnum = count};

    memcpy(header.e_ident, (char[]){ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB, EV_CURRENT}, 7);
    memcpy(file, &header, sizeof(header));
    memcpy(file + sizeof(header), segments, count * sizeof(*segments));
}
