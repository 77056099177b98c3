#include "programs/sed/substitute.h"

#include <err.h>

enum { STATUS_FAILED = 1 };

static const regex_t *last_used;

static const regex_t *used(const regex_t *expression)
{
    if (expression)
        last_used = expression;
    if (!last_used)
        errx(STATUS_FAILED, "no previous regular expression");
    return last_used;
}

bool expression_is_in(const regex_t *expression, const char *text)
{
    return regexec(used(expression), text, 0, NULL, 0) == 0;
}

static void add_replacement(struct buffer *to, const struct part *part, const char *text, const regmatch_t *groups)
{
    for (; part; part = part->next) {
        buffer_add(to, buffer_text(&part->text), part->text.used);
        if (part->group < 0 || groups[part->group].rm_so < 0)
            continue;
        const regmatch_t *group = &groups[part->group];
        buffer_add(to, text + group->rm_so, (size_t)(group->rm_eo - group->rm_so));
    }
}

/* The text from `at` on is still to do. An empty match directly after a match does not count. */
struct progress {
    const char *at, *last_end;
    unsigned long count;
    bool is_done, has_replaced;
};

static void step(const struct substitution *s, struct progress *p, struct buffer *to, const regmatch_t *groups)
{
    const char *begin = p->at + groups->rm_so, *end = p->at + groups->rm_eo;
    bool is_empty = begin == end, is_none = is_empty && end == p->last_end;

    p->count += !is_none;
    bool is_replaced = !is_none && (s->all ? p->count >= s->number : p->count == s->number);
    buffer_add(to, p->at, (size_t)((is_replaced ? begin : end) - p->at));
    if (is_replaced)
        add_replacement(to, s->parts, p->at, groups);
    p->has_replaced |= is_replaced;
    p->is_done = is_replaced && !s->all;
    p->at = p->last_end = end;
    if (!is_empty || p->is_done)
        return;
    if (*end)
        buffer_add_byte(to, *p->at++);
    else
        p->is_done = true;
}

bool substitute(const struct substitution *substitution, struct buffer *space)
{
    const regex_t *expression = used(substitution->expression);
    struct progress progress = {.at = buffer_text(space)};
    struct buffer made = {0};
    regmatch_t groups[GROUPS];

    for (int flags = 0; !progress.is_done && regexec(expression, progress.at, GROUPS, groups, flags) == 0;
         flags = REG_NOTBOL)
        step(substitution, &progress, &made, groups);
    if (progress.has_replaced) {
        buffer_add(&made, progress.at, space->used - (size_t)(progress.at - buffer_text(space)));
        buffer_swap(&made, space);
    }
    buffer_free(&made);
    return progress.has_replaced;
}
