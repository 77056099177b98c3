/*
 * The frames of the naive kernel in fake_kernel.h, with the pages of the archive and of the file server that are copied
 * into them. The contents of each are one word.
 */
#pragma once

#include "tests/host/fake_kernel.h"

struct fake_frame {
    uint32_t owner; /* 0: memory; else a task's index + 1, or FAKE_OWNER_SERVER */
    uint32_t mappings, word;
    bool ram;
};
enum { FAKE_OWNER_SERVER = 1000, FAKE_GARBAGE = 0xdead };

extern struct fake_frame fake_frames[FAKE_PAGES_MAX];
extern uint32_t fake_archive[FAKE_ARCHIVE_PAGES], fake_files[FAKE_FILE_PAGES];

void fake_frames_begin(struct fake_ram ram);

/* Null if the frame is no RAM, or is kernel memory. */
struct fake_frame *fake_usable(uint32_t number);
