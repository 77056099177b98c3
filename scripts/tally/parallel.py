"""Runs functions at the same time, each in a process of its own, as many as there are places."""
import contextlib
import dataclasses
import multiprocessing
import signal

from tally import processes, waiting

FORK = multiprocessing.get_context("fork")


@dataclasses.dataclass
class Job:
    run: object  # a function without arguments
    places: int = 1


@dataclasses.dataclass
class Running:
    job: Job
    places: int
    process: object
    receiver: object

    def fileno(self):
        return self.receiver.fileno()

    def result(self):
        """What the function returned, or the exception that it raised; None if its process was killed."""
        found = None
        with contextlib.suppress(EOFError):
            found = self.receiver.recv()
        self.process.join()
        return found


def work(job, sender):
    signal.set_wakeup_fd(-1)  # the wakeup descriptor and the handlers of stops are the parent's
    for number in (signal.SIGTSTP, signal.SIGCONT):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    try:
        result = job.run()
    except Exception as error:
        result = error
    sender.send(result)


def start(job, places):
    receiver, sender = FORK.Pipe(duplex=False)
    process = FORK.Process(target=work, args=(job, sender))
    process.start()
    sender.close()
    return Running(job, places, process, receiver)


def end_all(running):
    for each in running:
        if each.process.is_alive():
            processes.end_tree(each.process.pid)
    for each in running:
        each.process.join()


def run_all(jobs, free, started=lambda job: None):
    """Yields (job, its result) as each ends, and calls started(job). They begin in their order, when there is room; one
    that takes more than all places takes all."""
    waiting_jobs, running, all_places, bell = list(jobs), [], free, waiting.Bell()
    with bell.rung_by_signals():
        try:
            while waiting_jobs or running:
                while waiting_jobs and (places := min(waiting_jobs[0].places, all_places)) <= free:
                    started(waiting_jobs[0])
                    running.append(start(waiting_jobs.pop(0), places))
                    free -= places
                ready = waiting.readable([bell, *running])
                bell.hush()
                for ended in [each for each in running if each in ready]:
                    yield ended.job, ended.result()
                    running.remove(ended)
                    free += ended.places
        finally:
            end_all(running)
