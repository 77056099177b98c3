#include "tests/host/fake_frames.h"

#include <string.h>

#include "tests/host/check.h"

struct fake_frame fake_frames[FAKE_PAGES_MAX];
uint32_t fake_archive[FAKE_ARCHIVE_PAGES], fake_files[FAKE_FILE_PAGES];

void fake_frames_begin(struct fake_ram ram)
{
    memset(fake_frames, 0, sizeof(fake_frames));
    for (uint32_t i = 0; i < ram.pages + ram.hole; i++) {
        fake_frames[i].ram = i < ram.pages / 2 || i >= ram.pages / 2 + ram.hole;
        fake_frames[i].word = FAKE_GARBAGE;
    }
    for (uint32_t i = 0; i < FAKE_ARCHIVE_PAGES; i++)
        fake_archive[i] = FAKE_ARCHIVE_WORD + i;
    for (uint32_t i = 0; i < FAKE_FILE_PAGES; i++)
        fake_files[i] = FAKE_FILE_WORD + i;
}

struct fake_frame *fake_usable(uint32_t number)
{
    CHECK(number < FAKE_PAGES_MAX);
    return fake_frames[number].ram && !fake_frames[number].owner ? &fake_frames[number] : NULL;
}

err_t kernel_clear(uint32_t frame)
{
    if (!fake_usable(frame))
        return ERR_FRAME;
    fake_frames[frame].word = 0;
    return OK;
}

err_t kernel_copy(uint32_t frame, uint32_t source)
{
    if (!fake_usable(frame) || !fake_usable(source))
        return ERR_FRAME;
    fake_frames[frame].word = fake_frames[source].word;
    return OK;
}

err_t kernel_copy_archive(uint32_t frame, uint32_t archive_page, uint32_t bytes)
{
    CHECK(archive_page < FAKE_ARCHIVE_PAGES && bytes && bytes <= PAGE_SIZE);
    if (!fake_usable(frame))
        return ERR_FRAME;
    fake_frames[frame].word = fake_archive[archive_page] + (bytes < PAGE_SIZE ? FAKE_PART_WORD : 0);
    return OK;
}

err_t kernel_copy_file(uint32_t frame, uint32_t file_page, uint32_t bytes)
{
    CHECK(bytes && bytes <= PAGE_SIZE);
    if (!fake_usable(frame) || file_page >= FAKE_FILE_PAGES)
        return ERR_FRAME;
    fake_frames[frame].word = fake_files[file_page] + (bytes < PAGE_SIZE ? FAKE_PART_WORD : 0);
    return OK;
}

uint32_t fake_kernel_frames(void)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < FAKE_PAGES_MAX; i++)
        count += fake_frames[i].owner != 0;
    return count;
}
