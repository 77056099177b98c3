#include "tests/host/file_model.h"

#include <errno.h>
#include <string.h>

#include "tests/host/check.h"
#include "tests/host/file_model_nodes.h"

enum {
    PAGES = 300,
    NEED_MAX = 16, /* the most pages that an operation needs */
};

struct node nodes[NODES];
struct inode *inodes[NODES];

static uint32_t others[PAGES], others_count, first_free;

int node_any(void)
{
    for (;;) {
        int i = (int)random_below(NODES);
        if (nodes[i].is_used)
            return i;
        for (i = 0; random_below(2); i = (i + 1) % NODES)
            ;
        if (nodes[i].is_used)
            return i;
    }
}

int node_free(void)
{
    for (int i = 0; i < NODES; i++)
        if (!nodes[i].is_used)
            return i;
    return NONE;
}

static uint32_t lowest_number(void)
{
    uint32_t number = 1;

    for (int i = 0; i < NODES; i++)
        if (nodes[i].is_used && nodes[i].number == number) {
            number++;
            i = NONE;
        }
    return number;
}

void node_add(int i, enum inode_kind kind, struct inode *inode)
{
    nodes[i] = (struct node){.is_used = true, .kind = kind, .number = lowest_number(), .parent = NONE};
    inodes[i] = inode;
}

void node_forget_unused(int i)
{
    if (nodes[i].links || nodes[i].holders)
        return;
    nodes[i].is_used = false;
    for (int child = 0; child < NODES; child++)
        if (nodes[child].parent == i)
            nodes[child].parent = NONE;
}

bool node_succeeded(int err, int expected)
{
    if (err == -ENOSPC && expected == 0) {
        CHECK(pages_free() < PAGES / RESERVE_DIVISOR + NEED_MAX);
        return false;
    }
    CHECK(err == expected);
    return err == 0;
}

/* Makes memory scarce, or plentiful again. */
static void press(void)
{
    uint32_t left = random_below(3) ? random_below(8) : PAGES;

    while (others_count)
        pages_give(others[--others_count]);
    while (pages_have_unreserved(left + 1))
        others[others_count++] = pages_take();
}

static void check_nodes(void)
{
    for (int i = 0; i < NODES; i++) {
        if (!nodes[i].is_used)
            continue;
        CHECK(inodes[i]->kind == nodes[i].kind && inodes[i]->number == nodes[i].number);
        CHECK(inodes[i]->links == nodes[i].links && inodes[i]->holders == nodes[i].holders);
        CHECK(inodes[i]->size == nodes[i].size && inode_find(nodes[i].number) == inodes[i]);
    }
}

void model_begin(void)
{
    memset(nodes, 0, sizeof(nodes));
    names_begin();
    contents_begin();
    first_free = tree_begin(PAGES);
    others_count = 0;
    node_add(0, INODE_DIRECTORY, directory_root);
    nodes[0].links = 1;
    nodes[0].parent = 0;
}

void model_step(void)
{
    uint32_t what = random_below(20);

    if (what < 13)
        names_step();
    else if (what < 19)
        contents_step();
    else
        press();
    tree_settle();
    check_nodes();
    tree_audit(others_count);
}

void model_end(void)
{
    while (others_count)
        pages_give(others[--others_count]);
    tree_clear(directory_root);
    for (int i = 1; i < NODES; i++)
        for (; nodes[i].is_used && nodes[i].holders; nodes[i].holders--)
            inode_drop(inodes[i]);
    tree_settle();
    tree_audit(0);
    CHECK(pages_free() == first_free && directory_root->entries == 0);
}
