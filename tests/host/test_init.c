/*
 * The whole of init: the servers that it makes, from what, in which order and with which capabilities; what it does
 * when something is missing; and how the machine ends.
 *
 * instead: tests/server/instead
 * sources: tests/server/state_begin.c servers/init/ -servers/init/supervisor.c servers/lib/archive.c
 * sources: servers/lib/elf_image.c servers/lib/fault.c libuser/string/format.c servers/lib/log.c
 * sources: tests/server/state_end.c tests/server/server_run.c tests/server/init_machine.c tests/server/init_run.c
 * sources: tests/server/init_archive.c tests/server/program_file.c
 */
#include "libuser/sys/syscall.h"

#pragma clang diagnostic ignored "-Wpointer-to-int-cast" /* addresses have 32 bits there */
#include "servers/init/supervisor.c"

#include <errno.h>
#include <string.h>

#include "servers/init/screen.h"
#include "servers/version.h"
#include "tests/host/check.h"
#include "tests/server/init_machine.h"
#include "tests/server/init_run.h"

/* What the supervisor receives, which has a page of its own. The other thread receives nothing. */
static struct server_message fault;
static bool is_watching;

static bool next(struct server_message *message)
{
    if (!is_watching)
        run_ends();
    *message = fault;
    page->tag = fault.tag;
    is_watching = false;
    return true;
}

static void run(void)
{
    is_watching = false;
    run_init(next);
}

/* ---------------------------------------------------------------------------------- the whole start */

#define IMAGE(t, page, copied)                                                                                         \
    "map " t ": 900000 rights 5 from boot 8 " page ", 2\n"                                                             \
    "clear\nmap " t ": 902000 rights 5\n"                                                                              \
    "fill: boot 8 page " copied "clear\nmap " t ": 905000 rights 3\n"                                                  \
    "clear\nmap " t ": 8e7000 rights 3\nclear\nmap " t ": 8e6000 rights 3\n"                                           \
    "clear\nmap " t ": 8e5000 rights 3\nclear\nmap " t ": 8e4000 rights 3\n"
#define PAGES(t, first, second)                                                                                        \
    first ", 4096\nmap " t ": 903000 rights 3\nfill: boot 8 page " second ", 1\nmap " t ": 904000 rights 3\n"
#define OWN(n)                                                                                                         \
    "give t" #n " slot 1: t" #n " rights 1 0 0\ngive t" #n " slot 2: e" #n " rights 15 0 0\n"                          \
    "give t" #n " slot 3: boot 5 rights 2 0 0\n"
#define SEES_BOOT_PAGE(n) "map t" #n ": 8fe000 rights 1 from boot 1 8fe000, 1\n"
#define THREAD(n, badge, handler, priority)                                                                            \
    "derive h" #n ": init rights 1 badge " #badge "\n"                                                                 \
    "thread r" #n ": t" #n " e" #n " handler " #handler " priority " #priority " cpu 255 page 8f8000\n"
#define ENDPOINTS "endpoint init\nendpoint e0\nendpoint e1\nendpoint e2\nendpoint e3\nendpoint e4\nendpoint e5\n"

#define MEM                                                                                                            \
    "task t0\ndonate t0: 32\n" IMAGE("t0", "1", PAGES("t0", "3", "4")) SEES_BOOT_PAGE(0) THREAD(0, 1, 48, 24)          \
        OWN(0) "donate t0: 4\ngive t0 slot 5: boot 8 rights 13 0 0\ngive t0 slot 6: e3 rights 2 1 0\n"
#define CONSOLE_IMAGE                                                                                                  \
    "task t1\ndonate t1: 20\n" IMAGE("t1", "7", PAGES("t1", "9", "10")) THREAD(1, 2, 49, 22)                           \
        OWN(1) "give t1 slot 4: boot 3 rights 3 1016 8\ngive t1 slot 5: boot 4 rights 1 4 1\n"                         \
               "give t1 slot 6: boot 3 rights 3 96 1\ngive t1 slot 7: boot 3 rights 3 100 1\n"                         \
               "give t1 slot 8: boot 4 rights 1 1 1\ngive t1 slot 9: e4 rights 2 1 0\n"
#define CONSOLE_LOG                                                                                                    \
    "give t1 slot 11: boot 12 rights 1 0 0\ngive t1 slot 12: boot 4 rights 1 24 1\ngive t1 slot 13: e3 rights 2 4 0\n"
#define FILE_SERVER                                                                                                    \
    "task t2\ndonate t2: 20\n" IMAGE("t2", "d", PAGES("t2", "15", "16")) THREAD(2, 3, 50, 21)                          \
        OWN(2) "donate t2: 4\ngive t2 slot 5: boot 8 rights 9 0 0\ngive t2 slot 6: boot 4 rights 1 0 1\ngive t2 slot " \
               "7: e3 rights 2 8 0\n"
#define PROC                                                                                                           \
    "task t3\ndonate t3: 44\n" IMAGE("t3", "13", PAGES("t3", "21", "22")) SEES_BOOT_PAGE(3) THREAD(3, 4, 51, 20)       \
        OWN(3) "give t3 slot 4: e0 rights 9 0 0\ngive t3 slot 5: e1 rights 9 0 0\ngive t3 slot 9: e2 rights 9 0 0\n"   \
               "give t3 slot 6: boot 4 rights 1 0 1\ndonate t3: 4\ngive t3 slot 7: boot 8 rights 1 0 0\n"              \
               "give t3 slot 8: boot 3 rights 3 112 2\n"
#define SCREEN                                                                                                         \
    "task t4\ndonate t4: 16\n" IMAGE("t4", "19", PAGES("t4", "27", "28")) SEES_BOOT_PAGE(4) THREAD(4, 5, 52, 8) OWN(4)
#define SUPERVISOR                                                                                                     \
    "thread supervisor: boot 1 init handler 0 priority 26 cpu 0 page 8f9000\nstart supervisor\nresume supervisor\n"
/* mem gets its memory when nothing else needs any. Of the 16,298 frames the file server has an eighth. */
#define RESUME_MEM                                                                                                     \
    "donate t2: 10\ngive t2 slot 4: frames rights 27\ngive t0 slot 7: its frames rights 1\ngive t0 slot 4: the rest "  \
    "rights 31\nstart r0: eip 900000 esp 8e7ff0 ebx frames esi "
#define RESUME(n)          "start r" #n ": eip 9000" #n "0 esp 8e7ff0 ebx 0 esi 0 edi 117\nresume r" #n "\n"
#define RESUME_FILE(pages) "start r2: eip 900020 esp 8e7ff0 ebx frames esi " #pages " edi 117\nresume r2\n"
#define RUNS               "log init: starts prog\nspawn 1: prog|\nwait 0 0\nconsole 3\nreport 0\n"

/* The two parts: up to the frames that are left for mem, and from there on. */
static void the_system_is_built(void)
{
    machine_begin();
    run();
    expect_in(machine_lines(),
              "log tally: version " TALLY_VERSION
              "\n" ARCHIVE ENDPOINTS MEM CONSOLE_IMAGE CONSOLE_LOG FILE_SERVER PROC SUPERVISOR RESUME_MEM);
    expect_in(strstr(lines_from("start r0"), " edi"),
              " edi 117\nresume r0\n" RESUME(1) RESUME_FILE(2037) RESUME(3) LOWERED RUNS);
}

/* mem is told how many frames it has got. */
static void mem_gets_the_rest(void)
{
    machine_begin();
    run();
    expect_in(strstr(lines_from("start r0"), "esi"), "esi 14087 edi 117\n");
}

/* ---------------------------------------------------------------------------------- the screen */

static void there_is_a_screen(void)
{
    machine_begin();
    machine.boot.screen = (struct boot_screen){.kind = SCREEN_RGB, .address = 0x10001800, .pitch = 4096, .height = 768};
    run();
    expect_in(lines_from("task t1"),
              CONSOLE_IMAGE "clear\nclear\nclear\nclear\nclear\n"
                            "give t1 slot 10: the ring rights 3\n" CONSOLE_LOG FILE_SERVER PROC SCREEN
                            "donate t4: 6\ngive t4 slot 4: boot 7 rights 3 0 0\n"
                            "give t4 slot 5: the ring rights 3\ngive t4 slot 6: boot 3 rights 2 980 2\n" SUPERVISOR);
    expect_in(lines_from("start r4"), "start r4: eip 900040 esp 8e7ff0 ebx 0 esi 769 edi 117\nresume r4\n" LOWERED);
}

/* That text is shown is only assumed: there may be no such registers. */
static void a_text_screen_is_looked_for(void)
{
    const char *const looks = "out 3d4: 1, f\nout 3d5: 1, 55\nin 3d5\n";

    for (int has_vga = 0; has_vga < 2; has_vga++) {
        machine_begin();
        machine.boot.screen = (struct boot_screen){.kind = SCREEN_TEXT, .address = 0xb8000, .pitch = 160, .height = 25};
        machine.has_vga = has_vga;
        run();
        expect_in(lines_from("out 3d4"), looks);
        CHECK(!strstr(lines_from("out 3d4") + 1, "out 3d4")); /* only once */
        CHECK(!!strstr(machine_lines(), "task t4") == has_vga && !!strstr(machine_lines(), "the ring") == has_vga);
        CHECK(!has_vga || lines_from("ebx 0 esi 1 edi"));
    }
}

static void screens_have_frames(void)
{
    static const struct {
        struct boot_screen screen;
        uint32_t frames;
    } rows[] = {
        {{.kind = SCREEN_NONE, .address = 0x10000000, .pitch = 4096, .height = 4}, 0},
        {{.kind = SCREEN_RGB, .address = 0x10000000, .pitch = 4096, .height = 0}, 0},
        {{.kind = SCREEN_RGB, .address = 0x10000000, .pitch = 4096, .height = 4}, 4},
        {{.kind = SCREEN_RGB, .address = 0x10000000, .pitch = 4097, .height = 4}, 5},
        {{.kind = SCREEN_RGB, .address = 0x10000fff, .pitch = 1, .height = 2}, 2},
        {{.kind = SCREEN_RGB, .address = 0xfffff000, .pitch = 1, .height = 4095}, 1},
        {{.kind = SCREEN_RGB, .address = 0xfffff000, .pitch = 1, .height = 4096}, 0},
        {{.kind = SCREEN_RGB, .address = 0x100000000, .pitch = 1, .height = 1}, 0},
        {{.kind = SCREEN_RGB, .address = ~(uint64_t)0xf, .pitch = 16, .height = 1}, 0},
    };
    struct boot_page *boot = (struct boot_page *)BOOT_PAGE;

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        boot->screen = rows[i].screen;
        CHECK(screen_frames() == rows[i].frames);
    }
}

/* ---------------------------------------------------------------------------------- a kernel test */

static void a_kernel_test_is_a_server(void)
{
    machine_begin();
    run_command("t_test");
    expect_in(
        lines_from("task t5"),
        "task t5\ndonate t5: 64\n"
        "map t5: 900000 rights 5 from boot 8 2b, 64\nmap t5: 940000 rights 5 from boot 8 6b, 2\n"
        "clear\nmap t5: 942000 rights 5\nfill: boot 8 page 109, 4096\nmap t5: 943000 rights 3\n"
        "fill: boot 8 page 110, 1\nmap t5: 944000 rights 3\nclear\nmap t5: 945000 rights 3\n"
        "clear\nmap t5: 8e7000 rights 3\nclear\nmap t5: 8e6000 rights 3\n"
        "clear\nmap t5: 8e5000 rights 3\nclear\nmap t5: 8e4000 rights 3\n" SEES_BOOT_PAGE(5) THREAD(
            5, 6, 53,
            18) "give t5 slot 1: t5 rights 9 0 0\ngive t5 slot 2: e5 rights 15 0 0\ngive t5 slot 3: boot 5 "
                "rights 2 0 0\n"
                "give t5 slot 4: frames rights 31\ngive t5 slot 5: boot 3 rights 11 1016 8\n"
                "give t5 slot 6: boot 4 rights 9 0 25\ngive t5 slot 7: e0 rights 9 0 0\ngive t5 slot 8: boot 3 "
                "rights 3 112 2\n"
                "give t5 slot 9: init rights 3 0 0\ngive t5 slot 14: boot 12 rights 1 0 0\n" SUPERVISOR RESUME_MEM);
    expect_end("log init: starts kernel test t_test\nstart r5: eip 900070 esp 8e7ff0 ebx frames esi 4096 edi 117\n"
               "resume r5\nstop\n");
}

/* ---------------------------------------------------------------------------------- how it ends */

#define ENDS(status) ASKS_TO_END(status) "stop\n"
#define ASKS_TO_END(status)                                                                                            \
    "out f4: 4, " status "\nout 8900: 1, 53\nout 8900: 1, 68\nout 8900: 1, 75\nout 8900: 1, 74\nout 8900: 1, 64\n"     \
    "out 8900: 1, 6f\nout 8900: 1, 77\nout 8900: 1, 6e\n"

static void a_program_ends(void)
{
    static const struct {
        int spawn, wait, sync;
        uint32_t code, signal;
        const char *lines;
    } rows[] = {
        {0, 0, 0, 5, 0, "wait 0 0\nconsole 3\nreport 5\n"},
        {0, 0, 0, 1000, 0, "wait 0 0\nconsole 3\nreport 232\n"},
        {0, 0, 0, 5, 15, "wait 0 0\nconsole 3\nreport 143\n"},
        {0, -EINVAL, 0, 5, 0, "wait 0 0\nreport 125\n"},
        {0, 0, -EBUSY, 5, 0, "wait 0 0\nconsole 3\nreport 125\n"},
        {-ENOMEM, 0, 0, 5, 0, "spawn 1: prog|\nlog init: prog cannot be started: out of memory\nreport 126\n"},
    };

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        machine_begin();
        machine.spawn = rows[i].spawn, machine.wait = rows[i].wait, machine.sync = rows[i].sync;
        machine.code = rows[i].code, machine.signal = rows[i].signal;
        run();
        expect_end(rows[i].lines);
    }
}

/* A refused call is a mistake of init: it says so, and the machine ends. */
static void something_is_refused(void)
{
    static const struct {
        const char *line, *lines;
    } rows[] = {
        {"map boot 1: 40040000", "log init: mapping the boot archive: error -5\n" ENDS("7d")},
        {"endpoint init", "log init: making an endpoint: error -5\n" ENDS("7d")},
        {"endpoint e5", "log init: making an endpoint: error -5\n" ENDS("7d")},
        {"task t1", "log init: making a task: error -5\n" ENDS("7d")},
        {"map t0: 8fe000", "log init: mapping a server's pages: error -5\n" ENDS("7d")},
        {"fill", "log init: filling a frame: error -5\n" ENDS("7d")},
        {"clear", "log init: clearing a frame: error -5\n" ENDS("7d")},
        {"derive h1", "log init: making a fault handler: error -5\n" ENDS("7d")},
        {"thread r2", "log init: making a thread: error -5\n" ENDS("7d")},
        {"give t2 slot 6", "log init: giving a server a capability: error -5\n" ENDS("7d")},
        {"thread supervisor", "log init: making the supervisor: error -5\n" ENDS("7d")},
        {"start supervisor", "log init: setting registers: error -5\n" ENDS("7d")},
        {"resume supervisor", "log init: resuming the supervisor: error -5\n" ENDS("7d")},
        {"start r1", "log init: setting registers: error -5\n" ENDS("7d")},
        {"resume r1", "log init: resuming a thread: error -5\n" ENDS("7d")},
        {"schedule", "log init: lowering the priority: error -5\n" ENDS("7d")},
        {"report", "log init: notifying the supervisor: error -5\n" ENDS("7d")},
    };

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        machine_begin();
        machine_refuse(rows[i].line, ERR_TAKEN);
        run();
        expect_end(rows[i].lines);
    }
    machine_begin();
    machine_refuse("stop", ERR_STATE);
    run_command("t_test");
    expect_end("resume r5\nstop\nlog init: stopping: error -14\n" ENDS("7d"));
    machine_begin();
    machine.pipe = -EPERM;
    run_command("console.input=pipe prog");
    expect_end(LOWERED "console 17\n" ENDS("7d"));
}

/* The task whose account lacks frames gets as many as it lacks. */
static void an_account_is_refilled(void)
{
    static const struct {
        const char *line, *lines;
    } rows[] = {
        {"map boot 1: 40040000",
         "map boot 1: 40040000 rights 1 from boot 8 40, 53\ndonate boot 1: 3\nmap boot 1: 40040000"},
        {"map t1: 900000",
         "map t1: 900000 rights 5 from boot 8 7, 2\ndonate t1: 3\nmap t1: 900000 rights 5 from boot 8 7, 2\n"},
        {"map t1: 8e6000", "map t1: 8e6000 rights 3\ndonate t1: 3\nmap t1: 8e6000 rights 3\nclear\n"},
        {"thread r3", "thread r3: t3 e3 handler 51 priority 20 cpu 255 page 8f8000\ndonate t3: 3\nthread r3"},
        {"give t3 slot 6", "give t3 slot 6: boot 4 rights 1 0 1\ndonate t3: 3\ngive t3 slot 6: boot 4 rights 1 0 1\n"},
        {"thread supervisor",
         "thread supervisor: boot 1 init handler 0 priority 26 cpu 0 page 8f9000\ndonate boot 1: 3\n" SUPERVISOR},
    };

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        machine_begin();
        machine_refuse(rows[i].line, ERR_ACCOUNT);
        run();
        expect_in(lines_from(rows[i].line), rows[i].lines);
        expect_end(RUNS);
    }
}

static void the_archive_may_be_damaged(void)
{
    static const struct {
        char what;
        const char *lines;
    } rows[] = {
        {'c', "log init: boot archive damaged: console\n" ENDS("7d")},
        {'e', "log init: boot archive: console: not an ELF file\n" ENDS("7d")},
        {'n', "log init: boot archive: console: not found\n" ENDS("7d")},
    };

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        machine_begin();
        machine.damaged = rows[i].what;
        run();
        expect_end(rows[i].lines);
    }
}

static void there_may_be_little_memory(void)
{
    machine_begin();
    machine.boot.ranges[2].pages = 40;
    run();
    expect_end("log init: there is too little memory: see README.md\n" ENDS("7d"));
}

/* An eighth of all frames would be more than half of the largest range: the other half is left for what is taken
 * later. */
static void memory_may_be_in_pieces(void)
{
    enum { PIECES = 6, PIECE = 2000, APART = 2050 };

    machine_begin();
    machine.boot.ranges_count = PIECES;
    for (uint32_t i = 0; i < PIECES; i++)
        machine.boot.ranges[i] = (struct boot_range){100 + i * APART, PIECE};
    run();
    CHECK(strstr(machine_lines(), " esi 1000 edi "));
}

/* ---------------------------------------------------------------------------------- the supervisor */

static void watch_once(struct server_message message, const char *expected)
{
    const size_t before = strlen(machine_lines());

    machine_page = page;
    fault = message;
    is_watching = true;
    run_to_end(supervise, next);
    expect_in(machine_lines() + before, expected);
    CHECK(strlen(machine_lines()) == before + strlen(expected));
}

#define FAULT(from, address, cause, vector)                                                                            \
    {                                                                                                                  \
        .badge = from, .tag = TAG_FAULT, .words = { {address, cause, 0x900123, vector} }                               \
    }

static void the_supervisor_hears(void)
{
    const struct server_message page_fault = FAULT(1, 0x10, FAULT_WRITE, VECTOR_PAGE_FAULT);
    const struct server_message other = FAULT(4, 0x10, 0, 13), test = FAULT(6, 0x10, 0, 6),
                                screen = FAULT(5, 0x20, 0, 14);
    const struct server_message screen_other = FAULT(5, 0x20, 0, 6), nobody = {.badge = 0, .tag = TAG_FAULT};
    const struct server_message call = {.badge = 0, .caller = 1, .words = {{9}}},
                                before_shell = {.badge = 0, .caller = 1, .words = {{9, REPORT_SHELL_FOLLOWS}}},
                                signal = {.tag = TAG_SIGNAL, .words = {{9}}};

    machine_begin();
    run_command("prog x");
    server_pages(SUPERVISOR_PAGE, 1);
    watch_once(page_fault,
               "log init: server mem died: page fault (write, not mapped) at address 0x10 (eip 0x900123)\n" ENDS("7d"));
    watch_once(other, "log init: server proc died: general protection at address 0x900123 (eip 0x900123)\n" ENDS("7d"));
    watch_once(test, "log init: server prog died: invalid opcode at address 0x900123 (eip 0x900123)\n" ENDS("7d"));
    watch_once(screen,
               "log init: server screen is gone: page fault (read, not mapped) at address 0x20 (eip 0x900123)\n");
    watch_once(screen_other, "log init: server screen is gone: invalid opcode at address 0x900123 (eip 0x900123)\n");
    watch_once(call, "log init: prog exited with status 9\n" ENDS("9"));
    machine.has_exit_device = true;
    server_caller_dies(1);
    watch_once(before_shell, "log init: prog exited with status 9\nin f4\n" ENDS("9"));
    server_caller_dies(1);
    machine.has_exit_device = false;
    watch_once(before_shell, "log init: prog exited with status 9\nin f4\n" ASKS_TO_END("9") "reply 1: 0\n");
    watch_once(signal, "");
    watch_once(nobody, "");
}

int main(void)
{
    the_system_is_built();
    mem_gets_the_rest();
    there_is_a_screen();
    a_text_screen_is_looked_for();
    screens_have_frames();
    a_kernel_test_is_a_server();
    a_program_ends();
    something_is_refused();
    an_account_is_refilled();
    the_archive_may_be_damaged();
    there_may_be_little_memory();
    memory_may_be_in_pieces();
    the_supervisor_hears();
    puts("test_init: the system is built and ends as expected");
}
