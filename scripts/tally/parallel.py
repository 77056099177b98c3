"""Runs functions at the same time, each in its own process, with a limited number of slots."""
import contextlib
import dataclasses

from tally import waiting
from tally.workers import Worker, end_all

NICE = 10  # for jobs that fill idle time: low priority, but they progress even on busy processors


@dataclasses.dataclass
class Job:
    run: object  # a function without arguments
    slots: int = 1
    waits: bool = False  # hardly computes: such jobs share one extra slot
    fills: bool = False  # only computes, and is not urgent: one such job runs beside the others, in idle time


class Queue:
    """Jobs that begin in their order, as soon as there is room; a job that needs more than all slots takes all. When
    all have begun, it starts those of `others`."""
    nice = 0

    def __init__(self, jobs, slots, others=()):
        self.jobs, self.others, self.all_slots, self.free = jobs, others, slots, slots

    def next_of(self):
        return self.jobs or self.others

    def startable(self):
        """The jobs for which there is room now, with the slots that they have taken."""
        while (jobs := self.next_of()) and (slots := min(jobs[0].slots, self.all_slots)) <= self.free:
            self.free -= slots
            yield jobs.pop(0), slots


class Filling(Queue):
    """Begins its jobs beside those of `others`, one at a time, while those last."""
    nice = NICE

    def next_of(self):
        return self.others and self.jobs


def queues_of(jobs, slots):
    """One queue for all jobs if only one may run at a time."""
    if slots == 1:
        return [Queue([*jobs], 1)]
    waiting_ones, filling = [job for job in jobs if job.waits], [job for job in jobs if job.fills]
    others = [job for job in jobs if not job.waits and not job.fills]
    return [Queue(others, slots, filling), Queue(waiting_ones, 1), Filling(filling, 1, others)]


class Running:
    """A job, and the worker that runs it."""

    def __init__(self, job, queue, slots):
        self.job, self.queue, self.slots, self.worker = job, queue, slots, None

    def fileno(self):
        return self.worker.fileno()


class Pool:
    """The workers, running and idle."""

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
        running.queue.free += running.slots
        if running.worker.continues:
            self.idle.append(running.worker)

    def close(self):
        for each in self.idle:
            each.leave()
        end_all([each.worker for each in self.running])


def run_all(jobs, slots, started=lambda job: None, around=contextlib.nullcontext):
    """Yields (job, its result) when each job ends, and calls started(job) when it begins. For `around` see Worker."""
    jobs = [*jobs]
    queues, pool, bell = queues_of(jobs, slots), Pool(jobs, around), waiting.Bell()
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
