#include "servers/file/open_file.h"

#include <stddef.h>

#include "servers/file/inode.h"
#include "servers/file/pipe.h"
#include "servers/file/records.h"
#include "servers/file_format.h"

static struct record_class records;

void open_files_init(void)
{
    record_class_init(&records, sizeof(struct open_file));
}

struct open_file *open_file_make(uint32_t flags)
{
    struct open_file *file = record_make(&records);

    if (file)
        file->flags = flags;
    return file;
}

void open_file_drop(struct open_file *file)
{
    if (file->holders > 1) {
        file->holders--;
        return;
    }
    if (file->inode)
        inode_drop(file->inode);
    if (file->pipe)
        pipe_close(file->pipe, open_file_writes(file));
    record_free(&records, file);
}

bool open_file_reads(const struct open_file *file)
{
    return (file->flags & O_ACCESS) != O_WRITE_ONLY;
}

bool open_file_writes(const struct open_file *file)
{
    return (file->flags & O_ACCESS) != O_READ_ONLY;
}

uint32_t open_files_audit(void)
{
    return record_audit(&records);
}
