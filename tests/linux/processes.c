/*
 * Processes that obey orders: they open, close, write and read each other's pipes, exec, end, wait for each other, and
 * form groups; see steps.h.
 *
 *      we --- orders (40, 42, ...) ----> worker (30)      each order has one reply, so only one process acts at a time,
 *         <-- replies (41, 43, ...) ---- worker (31)      and every run has the same results
 *
 * An order that ends its worker has no reply: the pipe of replies ends. The steps use the descriptors from 3 on.
 */
#define _GNU_SOURCE
#include "tests/linux/steps.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>

enum { WORKERS = 5, ORDERS = 30, REPLIES = 31, OURS = 40, FIRST = 3, FDS = 8, PIECE = 96, HELD_MAX = 3000 };

enum action {
    PIPE,
    CLOSE,
    WRITE,
    READ,
    DUP2,
    DUP,
    CLOEXEC,
    POLL,
    LOOK,
    ON_SIGPIPE,
    FORK,
    ACTIONS,
    EXEC = ACTIONS,
    EXIT,
    RAISE
};

static const char *const action_names[] = {"pipe", "close", "write",      "read", "dup2", "dup",  "cloexec",
                                           "poll", "look",  "on SIGPIPE", "fork", "exec", "exit", "raise"};

struct order {
    enum action action;
    int a, b;
};

struct reply {
    int result, error, more;
};

static char self[256];

static struct worker {
    pid_t pid; /* also while it has ended and was not waited for; 0: there was none yet */
    bool lives, ended;
} workers[WORKERS];

static unsigned held; /* an upper bound of the bytes in all pipes, so that none is ever full */

/* ------------------------------------------------------------------------------------- actions */

static int events_of(int fd, int events)
{
    struct pollfd polled = {fd, (short)events, 0};

    return poll(&polled, 1, 0) < 0 ? -1 : polled.revents;
}

static int write_to(int fd, int bytes)
{
    char text[PIECE];

    memset(text, 'a' + bytes % 26, sizeof text);
    if (!events_of(fd, POLLOUT))
        return errno = EAGAIN, -1;
    return (int)write(fd, text, (size_t)bytes);
}

static int read_from(int fd, int bytes, int *sum)
{
    char text[PIECE];

    if (!events_of(fd, POLLIN))
        return errno = EAGAIN, -1;
    int got = (int)read(fd, text, (size_t)bytes);
    *sum = got > 0 ? (int)hash(text, got) : 0;
    return got;
}

/* The descriptors that are open, and which of them exec closes. */
static int look(int *closed)
{
    int open = 0;

    for (int i = 0; i < FDS; i++) {
        int flags = fcntl(FIRST + i, F_GETFD);
        open |= (flags >= 0) << i;
        *closed |= (flags > 0) << i;
    }
    return open;
}

/* A child of the worker writes and exits. Until then the pipe's write end stays open in the child, too. */
static int fork_and_wait(int fd, int code)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0)
        _exit(write_to(fd, 1) == 1 ? code : code + 1);
    return waitpid(child, &status, 0) == child ? status : -1;
}

/* Closes a descriptor that is beyond those of the steps, so that they do not become more and more. */
static int kept(int fd)
{
    if (fd >= FIRST + FDS)
        close(fd);
    return fd;
}

static int act(const struct order *order, struct reply *reply)
{
    int a = order->a, b = order->b, ends[2];

    switch (order->action) {
    case PIPE:
        return pipe2(ends, a) ? -1 : 100 * kept(ends[0]) + kept(ends[1]);
    case CLOSE:
        return close(a);
    case WRITE:
        return write_to(a, b);
    case READ:
        return read_from(a, b, &reply->more);
    case DUP2:
        return dup2(a, b);
    case DUP:
        return kept(fcntl(a, b & 1 ? F_DUPFD_CLOEXEC : F_DUPFD, FIRST + b / 2));
    case CLOEXEC:
        return fcntl(a, F_SETFD, b & 1);
    case POLL:
        return events_of(a, b);
    case LOOK:
        return look(&reply->more);
    case ON_SIGPIPE:
        return signal(SIGPIPE, a ? SIG_IGN : SIG_DFL) == SIG_IGN;
    case FORK:
        return fork_and_wait(a, b);
    case EXEC:
        return execl(self, self, "obey", (char *)0);
    case EXIT:
        _exit(a);
    default:
        return raise(a);
    }
}

static void reply_to(struct reply reply)
{
    if (write(REPLIES, &reply, sizeof reply) != sizeof reply)
        _exit(98);
}

static void obey(void)
{
    struct order order;

    while (read(ORDERS, &order, sizeof order) == sizeof order) {
        struct reply reply = {0};
        reply.result = act(&order, &reply);
        reply.error = reply.result < 0 ? errno : 0;
        reply_to(reply);
    }
    _exit(99);
}

/* ------------------------------------------------------------------------------------- workers */

/* In each worker, so that only we hold the ends that lead to the other workers. */
static void close_ours(void)
{
    for (int fd = OURS; fd < OURS + 2 * WORKERS; fd++)
        close(fd);
}

static void move(int from, int to)
{
    dup2(from, to);
    close(from);
}

static void start(void)
{
    int orders[2], replies[2], w = (int)below(WORKERS);

    printf(" %d", w);
    if (workers[w].lives || workers[w].ended || pipe(orders) || pipe(replies)) {
        print_result(0);
        return;
    }
    pid_t child = fork();
    if (child == 0) {
        close_ours();
        move(orders[0], ORDERS);
        move(replies[1], REPLIES);
        close(orders[1]);
        close(replies[0]);
        obey();
    }
    close(orders[0]);
    close(replies[1]);
    move(orders[1], OURS + 2 * w);
    move(replies[0], OURS + 2 * w + 1);
    workers[w] = (struct worker){child, child > 0, false};
    print_result(child > 0 ? 0 : child);
}

/* The worker has ended or is about to: waits until it can be waited for. */
static void is_gone(int w)
{
    siginfo_t info;

    close(OURS + 2 * w);
    close(OURS + 2 * w + 1);
    workers[w].lives = false;
    workers[w].ended = true;
    if (waitid(P_PID, (id_t)workers[w].pid, &info, WEXITED | WNOWAIT))
        printf(" is not there");
}

static bool order_worker(int w, const struct order *order, struct reply *reply)
{
    if (write(OURS + 2 * w, order, sizeof *order) == sizeof *order &&
        read(OURS + 2 * w + 1, reply, sizeof *reply) == sizeof *reply)
        return true;
    is_gone(w);
    return false;
}

static void print_reply(const struct reply *reply)
{
    if (reply->more)
        printf(" more %x", (unsigned)reply->more);
    errno = reply->error;
    print_result(reply->result);
}

static int any_fd(void)
{
    return FIRST + (int)below(FDS);
}

static struct order any_order(unsigned actions)
{
    static const int flags[] = {0, O_CLOEXEC, O_NONBLOCK, O_CLOEXEC | O_NONBLOCK};
    struct order order = {(enum action)below(actions), any_fd(), any_fd()};

    if (order.action == PIPE)
        order.a = flags[below(4)];
    if (order.action == WRITE || order.action == READ)
        order.b = (int)below(PIECE);
    if (order.action == POLL)
        order.b = below(2) ? POLLIN | POLLOUT : below(2) ? 0 : POLLIN;
    if (order.action == DUP)
        order.b = (int)below(2 * FDS);
    if (order.action == ON_SIGPIPE)
        order.a = (int)below(2);
    held += order.action == WRITE || order.action == FORK ? PIECE : 0;
    printf(" %s %d %d", action_names[order.action], order.a, order.b);
    return order;
}

/* --------------------------------------------------------------------------------------- steps */

/* Acts itself. Signals that are ignored here remain ignored in processes started later. */
static void we(void)
{
    struct reply reply = {0};
    struct order order = any_order(ON_SIGPIPE);

    reply.result = act(&order, &reply);
    reply.error = reply.result < 0 ? errno : 0;
    print_reply(&reply);
}

static int any_living(void)
{
    int w = (int)below(WORKERS);

    for (int i = 0; i < WORKERS; i++, w = (w + 1) % WORKERS)
        if (workers[w].lives)
            return w;
    return -1;
}

static void print_worker(int w, const struct order *order)
{
    struct reply reply = {0};

    if (w < 0)
        print_result(0);
    else if (order_worker(w, order, &reply))
        print_reply(&reply);
    else
        puts(" ends");
}

static void worker(void)
{
    int w = any_living();

    printf(" %d", w);
    const struct order order = any_order(ACTIONS);
    print_worker(w, &order);
}

static void exec_or_end(void)
{
    static const enum action actions[] = {EXEC, EXEC, EXEC, EXIT, RAISE};
    int w = any_living();
    struct order order = {actions[below(5)], (int)below(300), 0};

    if (order.action == RAISE)
        order.a = below(2) ? SIGTERM : below(2) ? SIGKILL : SIGCHLD;
    printf(" %d %s %d", w, action_names[order.action], order.a);
    print_worker(w, &order);
}

/* Prints which worker it is, and how it ended. */
static void print_ended(pid_t pid, int status)
{
    int error = errno;

    for (int w = 0; w < WORKERS && pid > 0; w++)
        if (workers[w].pid == pid) {
            printf(" worker %d status 0x%x", w, (unsigned)status & ~0x80u);
            workers[w].ended = false;
        }
    errno = error;
    print_result(pid > 0 ? 1 : pid);
}

static int ended_count(pid_t group)
{
    int count = 0;

    for (int w = 0; w < WORKERS; w++)
        count += workers[w].ended && (group < 0 || getpgid(workers[w].pid) == group);
    return count;
}

static void wait_for_one(void)
{
    int w = (int)below(WORKERS), options = below(2) ? WNOHANG : 0, status = 0;

    printf(" %d options %d", w, options);
    if (!workers[w].pid || (workers[w].lives && !options))
        print_result(0);
    else
        print_ended(waitpid(workers[w].pid, &status, options), status);
}

/* If several have ended, systems differ in which is reported first, so this does not wait then. Our own group is named
 * by 0: its number may be 1, and -1 would name all processes. */
static void wait_for_any(void)
{
    int which = (int)below(3), w = (int)below(WORKERS), status = 0;
    pid_t group = which == 1 ? getpgrp() : workers[w].lives ? getpgid(workers[w].pid) : 0x3fffffff;

    printf(" %d %d", which, w);
    if (ended_count(which ? group : -1) > 1)
        print_result(0);
    else
        print_ended(waitpid(which == 0 ? -1 : group == getpgrp() ? 0 : -group, &status, WNOHANG), status);
}

static void wait_wrongly(void)
{
    int status, which = (int)below(4);

    printf(" %d", which);
    errno = 0;
    print_result(which == 0   ? waitpid(getpid(), &status, WNOHANG)
                 : which == 1 ? waitpid(0x3fffffff, &status, WNOHANG)
                 : which == 2 ? waitpid(-1, &status, 0x40)
                              : waitpid(-0x3fffffff, &status, WNOHANG));
}

static void kill_worker(void)
{
    static const int signals[] = {SIGTERM, SIGKILL, SIGUSR1, SIGCHLD, 0, 65};
    int w = (int)below(WORKERS), signal = signals[below(6)];

    printf(" %d signal %d", w, signal);
    int result = workers[w].pid ? kill(workers[w].pid, signal) : 0, error = errno;
    if (!result && workers[w].lives && signal && signal != SIGCHLD)
        is_gone(w);
    errno = error;
    print_result(result);
}

static void group(void)
{
    int w = (int)below(WORKERS), of = (int)below(WORKERS), how = (int)below(3);
    pid_t to = how == 0 ? 0 : how == 1 ? getpgrp() : workers[of].pid;

    printf(" %d of %d how %d", w, of, how);
    if (!workers[w].lives || (how == 2 && !workers[of].lives)) {
        print_result(0);
        return;
    }
    print_result(setpgid(workers[w].pid, to));
    for (int i = 0; i < WORKERS; i++)
        if (workers[i].lives && getpgid(workers[w].pid) == workers[i].pid)
            printf("  is of %d\n", i);
}

/* Never our own group. */
static void kill_group(void)
{
    int w = (int)below(WORKERS), signal = below(3) ? SIGTERM : 0;
    pid_t group = workers[w].lives ? getpgid(workers[w].pid) : 0x3fffffff;
    bool are_of[WORKERS];

    printf(" %d signal %d", w, signal);
    if (group == getpgrp()) {
        print_result(0);
        return;
    }
    for (int i = 0; i < WORKERS; i++)
        are_of[i] = workers[i].lives && getpgid(workers[i].pid) == group;
    int result = kill(-group, signal), error = errno;
    for (int i = 0; i < WORKERS && signal; i++)
        if (are_of[i]) {
            printf(" %d", i);
            is_gone(i);
        }
    errno = error;
    print_result(result);
}

/* Ends all workers, to begin anew. */
static void end_all(void)
{
    for (int w = 0; w < WORKERS; w++) {
        int status = 0;
        if (workers[w].lives)
            is_gone(w);
        if (workers[w].ended && waitpid(workers[w].pid, &status, 0) > 0)
            printf(" %d status 0x%x", w, (unsigned)status & ~0x80u);
        workers[w] = (struct worker){0};
    }
    for (int i = 0; i < FDS; i++)
        close(FIRST + i);
    held = 0;
    print_result(waitpid(-1, NULL, WNOHANG));
}

/* ------------------------------------------------------------------------------ both act at once */

/* More than a pipe holds, in pieces of any size: writer and reader wait for each other. The child reads until the
 * end. */
static void stream(void)
{
    static char text[20000], got[5000];
    unsigned pieces = 1 + below(6), size = 1 + below(sizeof text), read_size = 1 + below(sizeof got), sum = 0, all = 0;
    int ends[2], status = 0;

    memset(text, 'x', sizeof text);
    if (pipe(ends))
        exit(4);
    pid_t child = fork();
    if (child == 0) {
        close(ends[1]);
        for (long bytes; (bytes = read(ends[0], got, read_size)) > 0;)
            sum += (unsigned)bytes;
        _exit((int)(sum % 251));
    }
    close(ends[0]);
    for (unsigned i = 0; i < pieces; i++) {
        long sent = write(ends[1], text, size);
        all += sent > 0 ? (unsigned)sent : 0;
    }
    close(ends[1]);
    waitpid(child, &status, 0);
    printf(" %u pieces of %u: %u, 0x%x %d", pieces, size, all, (unsigned)status,
           WEXITSTATUS(status) == (int)(all % 251));
    print_result(0);
}

/* A writer to a pipe that nobody reads is killed by SIGPIPE, or gets EPIPE. */
static void break_off(void)
{
    static char text[4096];
    bool is_ignored = below(2), is_early = below(2);
    int ends[2], status = 0;
    unsigned taken = below(sizeof text);

    if (pipe(ends))
        exit(4);
    if (is_early)
        close(ends[0]);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGPIPE, is_ignored ? SIG_IGN : SIG_DFL);
        if (!is_early)
            close(ends[0]);
        for (int i = 0; i < 100; i++)
            if (write(ends[1], text, sizeof text) < 0)
                _exit(errno == EPIPE ? 7 : 8);
        _exit(9);
    }
    close(ends[1]);
    long got = is_early ? 0 : read(ends[0], text, taken);
    if (!is_early)
        close(ends[0]);
    waitpid(child, &status, 0);
    printf(" ignored %d early %d took %ld of %u status 0x%x", is_ignored, is_early, got, taken, (unsigned)status);
    print_result(0);
}

/* A poll that waits until a child writes, closes its end, or ends. */
static void poll_child(void)
{
    int how = (int)below(3), pipes[2][2], release[2], which = (int)below(2), status = 0;
    char byte = 'b';

    if (pipe(pipes[0]) || pipe(pipes[1]) || pipe(release))
        exit(4);
    pid_t child = fork();
    if (child == 0) {
        close(release[1]);
        if (how == 0 && write(pipes[which][1], &byte, 1) != 1)
            _exit(8);
        if (how == 1)
            close(pipes[which][1]);
        if (how == 2)
            _exit(5);
        _exit(read(release[0], &byte, 1) ? 6 : 7);
    }
    close(pipes[0][1]);
    close(pipes[1][1]);
    close(release[0]);
    struct pollfd polled[] = {{pipes[0][0], POLLIN, 0}, {pipes[1][0], POLLIN, 0}};
    int found = how == 2 ? (waitpid(child, &status, 0), poll(polled, 2, -1)) : poll(polled, 2, -1);
    printf(" how %d which %d: %d, %x %x", how, which, found, (unsigned)polled[0].revents, (unsigned)polled[1].revents);
    close(release[1]);
    if (how != 2)
        waitpid(child, &status, 0);
    printf(" status 0x%x reads %ld", (unsigned)status, (long)read(pipes[which][0], &byte, 1));
    for (int i = 0; i < 2; i++)
        close(pipes[i][0]);
    print_result(0);
}

static void workers_or_end(void)
{
    if (held > HELD_MAX)
        end_all();
    else
        worker();
}

static const struct step steps[] = {
    {12, "start", start},
    {20, "we", we},
    {50, "worker", workers_or_end},
    {3, "worker", exec_or_end},
    {8, "wait", wait_for_one},
    {3, "wait for any", wait_for_any},
    {1, "wait wrongly", wait_wrongly},
    {2, "kill", kill_worker},
    {3, "group", group},
    {1, "kill group", kill_group},
    {1, "end", end_all},
    {1, "stream", stream},
    {1, "break off", break_off},
    {1, "poll", poll_child},
    {0, NULL, NULL},
};

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "obey") == 0) {
        snprintf(self, sizeof self, "%s", argv[0]);
        reply_to((struct reply){0});
        obey();
    }
    snprintf(self, sizeof self, "%s%s", strchr(argv[0], '/') ? "" : "/", argv[0]);
    signal(SIGPIPE, SIG_IGN);
    for (int fd = FIRST; fd < OURS + 2 * WORKERS; fd++)
        close(fd);
    steps_begin();
    return steps_take(argc, argv, steps);
}
