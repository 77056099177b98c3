"""Runs functions at the same time, each in a process of its own, as many as there are places."""
import contextlib
import multiprocessing
import signal

from tally import processes, waiting

FORK = multiprocessing.get_context("fork")


class Job:
    def __init__(self, run, places=1, waits=False):
        self.run, self.places = run, places  # a function without arguments
        self.waits = waits  # hardly computes: it has its place beside those of the others


class Running:
    def __init__(self, job, places, process, receiver):
        self.job, self.places, self.process, self.receiver = job, places, process, receiver

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
    processes.default_signals([each for each in (signal.SIGTSTP, signal.SIGCONT) if signal.getsignal(each) != signal.SIG_IGN])
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


class Queue:
    """Jobs that begin in their order, when there is room; one that takes more than all places takes all."""

    def __init__(self, jobs, places):
        self.jobs, self.all_places, self.free = list(jobs), places, places

    def startable(self):
        """The jobs that there is room for now, with their places, which are theirs from now on."""
        while self.jobs and (places := min(self.jobs[0].places, self.all_places)) <= self.free:
            self.free -= places
            yield self.jobs.pop(0), places


def queues_of(jobs, places):
    """{whether its jobs wait: Queue}. Where only one is to run at a time, there is one."""
    if places == 1:
        only = Queue(jobs, 1)
        return {False: only, True: only}
    return {waits: Queue([job for job in jobs if job.waits == waits], 1 if waits else places) for waits in (False, True)}


def run_all(jobs, places, started=lambda job: None):
    """Yields (job, its result) as each ends, and calls started(job)."""
    queues, running, bell = queues_of(jobs, places), [], waiting.Bell()
    with bell.rung_by_signals():
        try:
            while running or any(queue.jobs for queue in queues.values()):
                for job, taken in [each for queue in queues.values() for each in queue.startable()]:
                    started(job)
                    running.append(start(job, taken))
                ready = waiting.readable([bell, *running])
                bell.hush()
                for ended in [each for each in running if each in ready]:
                    yield ended.job, ended.result()
                    running.remove(ended)
                    queues[ended.job.waits].free += ended.places
        finally:
            end_all(running)
