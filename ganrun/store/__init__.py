"""Run folders: where they are, how they are written without being torn, and how they are read.

Finding and opening:

    choose_runs_dir(argument=None) -> Path          # argument, else GANRUN_RUNS_DIR, else ./runs
    find_complete(runs_dir, experiment) -> RunFolder | None     # complete or diverged, any name
    open_run(runs_dir, experiment, *, numerics, command=(), again=False,
             allow_numerics_change=False) -> Run | RunFolder    # claimed, or finished already
    finished_at(path, experiment) -> RunFolder | None           # in this folder and no other
    open_at(path, experiment, *, numerics, ...) -> Run | RunFolder      # likewise
    find_shorter(runs_dir, experiment, *, numerics=None) -> RunFolder | None
    scan_runs(runs_dir) -> {id: folder names}       # one listing, to look up many: folders=...
    numerics(backend=, device=, lanes=) -> dict     # what must be equal to resume

    claimed(runs_dir, experiment) -> Claim          # a trial's, among all sweeps of a runs folder
    run_files(path) -> {name: bytes}                # as they are, to be taken elsewhere
    install_run(path, experiment, files) -> RunFolder      # a finished run's files come home
    take_over(source, path, experiment) -> RunFolder       # another folder's finished run
    write_interactive(runs_dir, Interactive(...), ...) -> RunFolder    # a game from the arena

Writing, one process at a time (`with run:` notes the end and releases the lock):

    run.checkpoint -> Checkpoint | None             # .state (flat dict), .round; None: from round 0
    run.start_from(shorter, evaluated=rounds, snapped=rounds)   # sets run.checkpoint
    run.commit(state, round=, rows=[{...}], snapshots=[Snapshot(step, samples, field)], extent=)
    run.metrics() -> {column: [R]}                  # what is committed, as a reader would get it
    run.finish("complete" | "diverged", summary, training_seconds=) -> RunFolder
    run.close(training_seconds=)                    # interrupted (Ctrl-C), to be gone on with

Reading:

    run_at(path) -> RunFolder | None                # None if none has begun there
    RunFolder(path)    # .run .config .status .finished .summary .verdict
                       # .metrics() .snapshots() .checkpoint()
                       # .events(): of an interactive run, what was done to it and when

Every error is a `StoreError` (exit code 1) whose message is one line that names the place:
`RunFolderError` for a folder that is no run's, `DamagedError` for one whose files are not what was
written there, `RunLockedError`, `NumericsError`.
"""

from ganrun.store.atomic import StoreError, replace_file
from ganrun.store.claims import Claim, claimed
from ganrun.store.events import Event
from ganrun.store.find import find_complete, find_shorter, finished_at, open_at, open_run
from ganrun.store.folder import RunFolder, run_at
from ganrun.store.formats import Checkpoint, Snapshot, Snapshots
from ganrun.store.interactive import Interactive, write_interactive
from ganrun.store.layout import choose_runs_dir, run_path, scan_runs
from ganrun.store.lock import FolderLostError, RunLockedError
from ganrun.store.provenance import numerics
from ganrun.store.reading import DamagedError, RunFolderError
from ganrun.store.repair import repair, run_folders, set_aside
from ganrun.store.run import NumericsError, Run, Session
from ganrun.store.run_json import Status
from ganrun.store.transfer import install_run, run_files, take_over

__all__ = [
    "Checkpoint",
    "Claim",
    "DamagedError",
    "Event",
    "FolderLostError",
    "Interactive",
    "NumericsError",
    "Run",
    "RunFolder",
    "RunFolderError",
    "RunLockedError",
    "Session",
    "Snapshot",
    "Snapshots",
    "Status",
    "StoreError",
    "choose_runs_dir",
    "claimed",
    "find_complete",
    "find_shorter",
    "finished_at",
    "install_run",
    "numerics",
    "open_at",
    "open_run",
    "repair",
    "replace_file",
    "run_at",
    "run_files",
    "run_folders",
    "run_path",
    "scan_runs",
    "set_aside",
    "take_over",
    "write_interactive",
]
