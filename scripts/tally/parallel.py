"""Runs functions at the same time, each in another process, as many as there are places."""
import contextlib
import dataclasses

from tally import waiting
from tally.workers import Worker, end_all

NICE = 10  # of what fills: it gives way, and is not starved where others keep the processors busy


@dataclasses.dataclass
class Job:
    run: object  # a function without arguments
    places: int = 1
    waits: bool = False  # hardly computes: it has its place beside those of the others
    fills: bool = False  # only computes, and may take its time: one runs beside the others, on what these leave idle


class Queue:
    """Jobs that begin in their order, when there is room; one that takes more than all places takes all. When there are no more
    it goes on with `others`."""
    nice = 0

    def __init__(self, jobs, places, others=()):
        self.jobs, self.others, self.all_places, self.free = jobs, others, places, places

    def next_of(self):
        return self.jobs or self.others

    def startable(self):
        """The jobs that there is room for now, with their places, which are theirs from now on."""
        while (jobs := self.next_of()) and (places := min(jobs[0].places, self.all_places)) <= self.free:
            self.free -= places
            yield jobs.pop(0), places


class Filling(Queue):
    """While there are `others`, jobs begin beside them, one at a time."""
    nice = NICE

    def next_of(self):
        return self.others and self.jobs


def queues_of(jobs, places):
    """Where only one is to run at a time, there is one."""
    if places == 1:
        return [Queue([*jobs], 1)]
    waiting_ones, filling = [job for job in jobs if job.waits], [job for job in jobs if job.fills]
    others = [job for job in jobs if not job.waits and not job.fills]
    return [Queue(others, places, filling), Queue(waiting_ones, 1), Filling(filling, 1, others)]


class Running:
    """A job, and the worker that runs it."""

    def __init__(self, job, queue, places):
        self.job, self.queue, self.places, self.worker = job, queue, places, None

    def fileno(self):
        return self.worker.fileno()


class Pool:
    """The workers, of which some have nothing to do."""

    def __init__(self, jobs, around):
        self.around, self.functions = around, [job.run for job in jobs]
        self.numbers = {id(job): number for number, job in enumerate(jobs)}
        self.running, self.idle = [], []

    def workers(self):
        return [*self.idle, *(each.worker for each in self.running)]

    def take(self, nice):
        found = next((worker for worker in self.idle if worker.nice == nice and worker.is_alive()), None)
        if not found:
            return Worker(self.functions, self.workers(), nice, self.around)
        self.idle.remove(found)
        return found

    def begin(self, running):
        running.worker = self.take(running.queue.nice)
        self.running.append(running)
        running.worker.begin(self.numbers[id(running.job)])

    def ended(self, running):
        self.running.remove(running)
        running.queue.free += running.places
        if running.worker.goes_on:
            self.idle.append(running.worker)

    def close(self):
        for each in self.idle:
            each.leave()
        end_all([each.worker for each in self.running])


def run_all(jobs, places, started=lambda job: None, around=contextlib.nullcontext):
    """Yields (job, its result) as each ends, and calls started(job). For `around` see Worker."""
    jobs = [*jobs]
    queues, pool, bell = queues_of(jobs, places), Pool(jobs, around), waiting.Bell()
    with bell.rung_by_signals():
        try:
            while pool.running or any(queue.jobs for queue in queues):
                for queue in queues:
                    for job, taken in queue.startable():
                        started(job)
                        pool.begin(Running(job, queue, taken))
                ready = waiting.readable([bell, *pool.running])
                bell.hush()
                for each in [each for each in pool.running if each in ready]:
                    yield each.job, each.worker.result()
                    pool.ended(each)
        finally:
            pool.close()
