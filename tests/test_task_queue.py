"""The order of tasks, and the isolation of what kills workers; no process is started here."""

from __future__ import annotations

from pathlib import Path

from ganrun.config import Experiment
from ganrun.executors.task_queue import Task, TaskQueue
from ganrun.playing.jobs import Job, Member, Options


def job(seed: int) -> Job:
    one = Experiment.model_validate({"name": "tiny", "seeds": [seed]})
    return Job((Member(one, trial=seed),), Options(runs_dir=Path("nowhere")))


def cohort(*seeds: int) -> list[Job]:
    return [job(seed) for seed in seeds]


def names(tasks: list[Task | None]) -> list[tuple[str, int] | None]:
    return [task and (task.kind, task.job.members[0].trial) for task in tasks]


def taken(tasks: TaskQueue, count: int) -> list[Task | None]:
    return [tasks.next_task() for _ in range(count)]


def test_no_job_begins_before_its_cohort_is_compiled() -> None:
    tasks = TaskQueue([cohort(0, 1)], width=2)
    warm, nothing = taken(tasks, 2)
    assert names([warm, nothing]) == [("warm", 0), None]
    tasks.done(warm)
    assert names(taken(tasks, 3)) == [("play", 0), ("play", 1), None]


def test_another_cohort_is_compiled_while_one_is() -> None:
    tasks = TaskQueue([cohort(0), cohort(1), cohort(2)], width=2)
    first, second, third = taken(tasks, 3)
    assert names([first, second, third]) == [("warm", 0), ("warm", 1), None]
    tasks.done(second)
    assert names(taken(tasks, 2)) == [("play", 1), ("warm", 2)]


def test_cohorts_and_jobs_are_taken_only_when_they_are_wanted() -> None:
    made: list[int] = []

    def jobs(start: int) -> object:
        for seed in range(start, start + 1000):
            made.append(seed)
            yield job(seed)

    tasks = TaskQueue((jobs(start) for start in range(0, 10**6, 1000)), width=1)
    tasks.done(tasks.next_task())
    taken(tasks, 3)
    assert made == [0, 1, 2]


def test_an_empty_cohort_is_passed_over() -> None:
    tasks = TaskQueue([[], cohort(5), []], width=1)
    task = tasks.next_task()
    assert names([task]) == [("warm", 5)]
    tasks.done(task)
    play = tasks.next_task()
    tasks.done(play)
    assert tasks.next_task() is None


def ready(*seeds: int, width: int = 2) -> TaskQueue:
    tasks = TaskQueue([cohort(*seeds)], width)
    tasks.done(tasks.next_task())
    return tasks


def test_what_was_under_way_when_a_process_died_is_played_again_one_by_one() -> None:
    tasks = ready(0, 1, 2)
    first, second = taken(tasks, 2)
    tasks.died(first)
    assert tasks.next_task() is None, "the other is still under way"
    tasks.died(second)
    alone = tasks.next_task()
    assert names([alone, tasks.next_task()]) == [("play", 0), None]
    tasks.done(alone)
    alone = tasks.next_task()
    assert names([alone, tasks.next_task()]) == [("play", 1), None]
    tasks.done(alone)
    assert names(taken(tasks, 2)) == [("play", 2), None]
    assert not list(tasks.given_up())


def test_what_kills_its_process_alone_is_given_up_and_the_others_go_on() -> None:
    tasks = ready(0, 1, 2)
    for task in taken(tasks, 2):
        tasks.died(task)
    tasks.died(tasks.next_task())
    ((job_given_up, (outcome,)),) = tasks.given_up()
    assert (job_given_up.members[0].trial, outcome.how) == (0, "failed")
    assert not list(tasks.given_up()), "it is told of once"
    tasks.done(tasks.next_task())
    assert names(taken(tasks, 2)) == [("play", 2), None]


def test_a_program_that_kills_its_compiler_fails_its_whole_cohort_and_no_other() -> None:
    tasks = TaskQueue([cohort(0, 1, 2), cohort(9)], width=1)
    tasks.died(tasks.next_task())
    tasks.died(tasks.next_task())
    given_up = [one.members[0].trial for one, _ in tasks.given_up()]
    assert given_up == [0, 1, 2]
    assert names([tasks.next_task()]) == [("warm", 9)]


def test_after_stop_nothing_is_handed_out() -> None:
    tasks = ready(0, 1)
    tasks.stop()
    assert tasks.next_task() is None
