#include "tests/server/proc_machine_parts.h"

#include <errno.h>
#include <string.h>

#include "libuser/ipc/ipc.h"
#include "servers/proc/process.h"
#include "servers/proto/file.h"
#include "servers/proto/file_format.h"
#include "servers/proto/slots.h"
#include "tests/host/check.h"

bool machine_copies;
uint32_t machine_file_event, machine_stranger;
bool machine_has_more_events;
uint32_t machine_copies_end;

static const char *data;
static uint32_t files[1 << PROCESS_INDEX_BITS]; /* the badge by which each process is known */

void machine_files_begin(void)
{
    memset(files, 0, sizeof(files));
    machine_copies = false;
    machine_file_event = machine_stranger = 0;
    machine_has_more_events = false;
    machine_copies_end = 2 * FILE_DATA_MAX;
}

static uint32_t *files_of(uint32_t badge)
{
    return &files[badge % (1u << PROCESS_INDEX_BITS)];
}

/* A process begins, of which nothing is known yet. */
static int32_t files_begin(uint32_t badge, int32_t result)
{
    CHECK(!*files_of(badge));
    *files_of(badge) = result ? 0 : badge;
    return result;
}

/* A process is known until the last part of its release is done. */
static int32_t files_release(uint32_t badge, int32_t result)
{
    if (result != FILE_MORE)
        *files_of(badge) = 0;
    return result;
}

/* The last name of the path is the name of a program. */
static int32_t files_program(uint32_t begin, uint32_t *w)
{
    const char *path = (const char *)message_page->words;
    int32_t result = LINE("program %s of %s", path, w[1] ? machine_badge_name(w[1]).text : "nobody");

    CHECK(message_page->tag == (strlen(path) + 4) / 4 && (!w[1] || *files_of(w[1]) == w[1]));
    if (!result)
        result = machine_archive_find(strrchr(path, '/') ? strrchr(path, '/') + 1 : path, w + 1);
    return result || !machine_copies ? result : FILE_COPY;
}

/* Bytes of a copy. Its inode's number is also the number of the archive's page where the copy is. */
static int32_t copy_bytes(uint32_t begin, uint32_t *w)
{
    int32_t result = LINE("bytes of %u from %u", w[1], w[2]);

    data = (const char *)MACHINE_ARCHIVE + w[1] * PAGE_SIZE + w[2];
    w[1] = machine_copies_end > w[2] ? machine_copies_end - w[2] : 0;
    if (w[1] > FILE_DATA_MAX)
        w[1] = FILE_DATA_MAX;
    return result;
}

void machine_files_put(void)
{
    if (data)
        memcpy(message_page->words, data, FILE_DATA_MAX);
    data = NULL;
}

static int32_t copy_page(uint32_t begin, uint32_t *w)
{
    int32_t result = LINE("page %u of %u", w[2], w[1]);

    w[1] = MACHINE_COPY_PAGE + w[2];
    return result;
}

int32_t machine_word(uint32_t *w)
{
    if (w[1] == machine_stranger)
        return -ENOENT;
    w[1] = w[2] % PAGE_SIZE;
    w[2] >>= PAGE_BITS;
    return 0;
}

int32_t machine_files(uint32_t begin, uint32_t *w)
{
    if (w[0] == FILE_PROGRAM)
        return files_program(begin, w);
    if (w[0] == FILE_BEGIN)
        return files_begin(w[1], LINE("files begin %s at %u", machine_badge_name(w[1]).text, w[2]));
    if (w[0] == FILE_PROGRAM_BYTES)
        return copy_bytes(begin, w);
    if (w[0] == FILE_AUDIT)
        return LINE("audit files");
    if (w[0] == FILE_EVENTS) {
        w[1] = machine_file_event;
        w[2] = machine_has_more_events;
        return LINE("file events");
    }
    if (w[0] == FILE_PROGRAM_PAGE)
        return copy_page(begin, w);
    CHECK(*files_of(w[1]) == w[1]);
    switch (w[0]) {
    case FILE_WORD: /* one file, which each process has mapped at an address of its own */
        w[2] -= w[1] % (1u << PROCESS_INDEX_BITS) * MACHINE_MAPPINGS;
        w[1] = 7;
        return w[2] < MACHINE_MAPPINGS ? 0 : -ENOENT;
    case FILE_FORK:
        return files_begin(w[2],
                           LINE("files fork %s to %s", machine_badge_name(w[1]).text, machine_badge_name(w[2]).text));
    case FILE_LIMIT:
        return LINE("files limit %s: %u of %u", machine_badge_name(w[1]).text, w[2], w[3]);
    case FILE_EXEC:
        return LINE("files exec %s", machine_badge_name(w[1]).text);
    default:
        CHECK(w[0] == FILE_RELEASE);
        return files_release(w[1], LINE("files release %s", machine_badge_name(w[1]).text));
    }
}
