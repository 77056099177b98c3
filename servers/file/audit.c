#include "servers/file/audit.h"

#include "servers/file/client.h"
#include "servers/file/directory.h"
#include "servers/file/inode.h"
#include "servers/file/locks.h"
#include "servers/file/pages.h"
#include "servers/file/pipe.h"
#include "servers/file/share.h"

void audit_all(void)
{
    uint32_t others = clients_audit() + pipes_audit();

    locks_audit();
    pages_audit(inode_audit() + directory_audit() + others + shares_audit(others));
}
