/*
 * Signals of processes. A program's vdso reports which signals it catches, ignores and blocks (libuser/vdso/signals.c),
 * and calls its handlers. Here, a caught signal waits in `pending`, and the process is interrupted.
 *
 *      signal_send()   blocked              pending, even if it is ignored or would end the process
 *                      caught               pending and deliverable: the process is interrupted
 *                      ignored              nothing
 *                      otherwise            the default action: nothing, or the end of the process
 *
 * A process that waits for proc is interrupted by a reply. A running thread is diverted: only its eip is changed, to
 * VDSO_INTERRUPTED. A thread in a call to another server is diverted after that server has replied. A server with long
 * waits replies at once when proc makes its call `interrupt`; otherwise proc tries again at each tick. proc keeps the
 * thread's old eip until the vdso has asked for it. Before that the thread is not diverted again, nor by another signal
 * before the vdso has taken all that are deliverable.
 *
 * A process that faults is diverted in the same way, if that signal is caught and not blocked, and then mem replies to
 * the fault. A second fault before there is a frame ends the process, with the first fault's signal.
 *
 *   N1  neither `blocked` nor `caught` nor `ignored` has a signal that cannot be caught
 *   N2  a pending signal is blocked or caught
 *   N3  a process with a signal that is deliverable, or that it awaits, is interrupted, or about to learn of it from
 *       the reply to its call; it waits only for the end of its fork or exec
 */
#pragma once

#include "servers/proto/signal_numbers.h"

#include <stdbool.h>
#include <stdint.h>

enum { SIGNAL_INFOS = 4 }; /* senders kept for pending signals; others arrive without a sender */

struct process;

/* A fault reported by mem. */
struct fatal_fault {
    uint32_t space, address, cause, vector;
};

struct signal {
    uint32_t number, sender; /* the sender's pid, 0: none */
    enum signal_code code;
    uint32_t value; /* si_value, or si_status for a child's end */
};

struct signals {
    uint32_t caught, ignored, blocked, pending; /* sets: signal n as bit n - 1 */
    uint32_t awaited;                           /* WAITS_TICK: one of these ends the wait */
    struct signal_info {
        uint8_t number; /* a pending signal's; else unused */
        int16_t code;
        uint32_t sender, value;
    } infos[SIGNAL_INFOS];
    bool no_child_wait; /* ended children leave no zombies */
    bool has_control_c; /* to be delivered as SIGINT: signals_send_control_c() */
    bool is_diverted;   /* from `eip` */
    bool by_fault;      /* the vdso must be told of `fault` */
    bool is_taking;     /* its vdso knows of a signal, and takes deliverable ones until none is left */
    bool is_faulting;   /* until the vdso has made its frame, and reports what is blocked then */
    uint32_t eip, esp;
    struct fatal_fault fault;
};

static inline uint32_t signal_bit(uint32_t signal)
{
    return 1u << (signal - 1);
}

/* Sends a signal to a process other than the caller, or to one whose call gets its reply later: true if it has
 * exited. */
bool signal_send(struct process *process, struct signal signal);

/* The same to the caller, which learns of it from the reply. */
bool signal_send_self(struct process *process, struct signal signal);

/* The pending signals that are not blocked. */
uint32_t signals_deliverable(const struct process *process);

/* Changes the sets. Pending signals that are no longer blocked take effect: true if the process has exited. */
bool signals_set(struct process *process, uint32_t caught, uint32_t ignored, uint32_t blocked);

/* Takes out a deliverable signal that is not in `blocked` either; number 0: there is none. */
struct signal signals_take(struct process *process, uint32_t blocked);

/* Takes out a pending signal of that set, blocked or not. */
struct signal signals_take_of(struct process *process, uint32_t set);

/* True if ended children are not waited for: the process ignores SIGCHLD, or has requested that. */
bool signals_no_child_wait(const struct process *process);

/* True if the process itself chose to ignore SIGCHLD: then it is never pending, even while it is blocked. */
bool signals_ignore_children(const struct process *process);

/* A child begins with its parent's sets. A new program catches none: true if a pending signal, caught before, ends the
 * process now. */
void signals_fork(struct process *child, const struct process *parent);
bool signals_exec(struct process *process);

/* The thread waits in a fault. True if it continues: in its handler, or in the vdso if the fault was a system call; or
 * because a signal has just diverted it, and it will fault again later. */
bool signals_fault(struct process *process, const struct fatal_fault *fault, uint32_t signal);

/* Interrupts the process if it has a signal that is deliverable, or that it awaits. */
void signals_deliver(struct process *process);

/* Control-C: sends SIGINT to all processes in the foreground (foreground.h); it arrives with signals_sweep(). A process
 * that forks before that ends at once (true), if SIGINT would end it, so that no child escapes. */
void signals_send_control_c(void);
bool signals_take_control_c_at_fork(struct process *process);

/* At a tick: lets signals_sweep() try again to interrupt processes that could not be interrupted before. */
void signals_tick(void);

/* Interrupts some of these: true if there are more. */
bool signals_sweep(void);

/* True if a signal that nobody handles does nothing. */
bool signal_is_ignored(uint32_t signal);

/* True if the signal would stop the process, which neither handles nor blocks it; stopping is not supported. */
bool signal_would_stop(const struct process *process, uint32_t signal);
