#include "tests/explore/as_test.h"

#include "tests/explore/engine.h"
#include "tests/explore/hardware.h"

static const char *const kinds[EVENT_KINDS] = {"EVENT_CALL",      "EVENT_FAULT",    "EVENT_USE_FPU", "EVENT_WRITE",
                                               "EVENT_OVERWRITE", "EVENT_STEP",     "EVENT_STALE",   "EVENT_RESCHEDULE",
                                               "EVENT_TICK",      "EVENT_INTERRUPT"};

static void write_number(FILE *out, const char *field, uint32_t value)
{
    if (value)
        fprintf(out, ", .%s = 0x%x", field, value);
}

static void write_call(FILE *out, const struct event *event)
{
    if (event->call < SYS_COUNT)
        fprintf(out, ", .call = SYS_%s", call_names[event->call]);
    fprintf(out, ", .eax = 0x%x", event->eax);
}

static void write_event(FILE *out, const struct event *event)
{
    fprintf(out, "    /* processor %u: ", event->cpu);
    event_print(out, event);
    fprintf(out, " */\n    {.kind = %s", kinds[event->kind]);
    write_number(out, "cpu", event->cpu);
    if (event->kind == EVENT_CALL)
        write_call(out, event);
    write_number(out, "send", event->send);
    write_number(out, "open", event->open);
    write_number(out, "names", event->names);
    write_number(out, "ebx", event->ebx);
    write_number(out, "esi", event->esi);
    write_number(out, "edi", event->edi);
    write_number(out, "ebp", event->ebp);
    fprintf(out, "},\n");
}

bool as_test_write(const char *path, const char *text, const struct event *events, unsigned count)
{
    FILE *out = fopen(path, "w");

    if (!out)
        return false;
    fprintf(out,
            "/* Found by scripts/explore in the world %s: %s. */\n#include \"tests/explore/as_test.h\"\n\n"
            "static const struct event events[] = {\n",
            world->name, text);
    for (unsigned i = 0; i < count; i++)
        write_event(out, &events[i]);
    fprintf(out, "};\n\nint main(void)\n{\n    return as_test_run(\"%s\", events, %u);\n}\n", world->name, count);
    return fclose(out) == 0;
}

int as_test_run(const char *name, const struct event *events, unsigned count)
{
    const struct limits limits = {.states = 1000, .bytes = 1 << 24};
    const struct world *which = world_named(name);

    if (!which) {
        fprintf(stderr, "explore: there is no world %s\n", name);
        return 2;
    }
    engine_begin(which, &limits);
    enum replayed replayed = engine_replay(events, count, true);
    if (replayed != SOUND)
        printf("%s\n", replayed == VIOLATES ? violation_text : "an event is not possible in the state before it");
    return replayed != SOUND;
}
