"""Imports as jobs: a file is checked, written and taken back in the background, with its progress where every process can see it.

One folder a job below ``settings.HOME/imports``: where it stands (``job.json``), the person's own file, the rows of the dry run by
action, the file handed back. Who works on a job holds its lock; when nobody does, the job was interrupted, and says so.
"""

import fcntl
import json
import logging
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path
from threading import Thread
from typing import IO, Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connections
from django.utils import timezone

from jiuzhi.core import records, undo
from jiuzhi.core.models import AuditEntry, Org, User
from jiuzhi.core.records import Actor
from jiuzhi.core.registers import Register, get, reading

from .apply import apply
from .dry_run import CREATE, ERROR, UPDATE, WORDS, Outcome, changes, dry_run, fingerprint
from .handback import handback
from .read import FileFault, read

KEPT = timedelta(days=7)
BUSY = ("checking", "marking", "writing", "undoing")
_EVERY = 0.3  # seconds between two notes of progress
_log = logging.getLogger("django.request")


@dataclass
class Job:
    """Where an import stands. ``phase``: waiting, checking, marking (the file to hand back), checked, refused (the file cannot be
    read), writing, done, undoing, undone. ``said``: what the person should know, one sentence. ``seen``: what the dry run saw."""

    id: str
    register: str
    county: str
    user: int
    name: str
    at: str
    phase: str = "waiting"
    done: int = 0
    total: int = 0
    said: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    synthetic: bool = False
    seen: str = ""
    written: int = 0
    change_set: str = ""

    @property
    def folder(self) -> Path:
        return _root() / self.id

    @property
    def file(self) -> Path:
        return self.folder / ("file" + Path(self.name).suffix.lower())

    @property
    def handed_back(self) -> Path:
        return self.folder / ("handback.xlsx" if _is_workbook(self.name) else "handback.csv")

    @property
    def busy(self) -> bool:
        return self.phase in BUSY

    @property
    def writable(self) -> int:
        return self.counts.get(CREATE, 0) + self.counts.get(UPDATE, 0)

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    def keep(self) -> None:
        """Keep it, at once and as a whole: a reader never sees half."""
        fresh = self.folder / "job.json.new"
        fresh.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")
        os.replace(fresh, self.folder / "job.json")

    def lines(self, action: str) -> "Lines":
        """The rows of the dry run with one action."""
        return Lines(self.folder / f"{action}.jsonl", self.counts.get(action, 0))

    def why(self) -> str:
        return f"导入 {self.name}"[:180]


class Lines:
    """The kept rows of one action, read as far as a page needs."""

    def __init__(self, path: Path, count: int) -> None:
        self.path, self.count = path, count if path.exists() else 0

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, part: slice) -> list[dict[str, Any]]:
        if not self.count:
            return []
        with self.path.open(encoding="utf-8") as file:
            return [json.loads(line) for line in islice(file, part.start, part.stop)]


def _root() -> Path:
    return Path(settings.HOME) / "imports"


def _is_workbook(name: str) -> bool:
    return name.lower().endswith((".xlsx", ".xlsm"))


def create(
    register: Register,
    county: Org,
    user: User,
    name: str,
    chunks: Iterable[bytes],
    *,
    synthetic: bool = False,
) -> Job:
    """Keep an uploaded file as a new job; jobs older than `KEPT` go. Errors: ``OSError`` when it cannot be written."""
    clear_old()
    name = Path(name.replace("\\", "/")).name[-120:]
    job = Job(
        uuid4().hex, register.code, county.code, user.pk, name, timezone.localtime().strftime("%Y-%m-%d %H:%M:%S"), synthetic=synthetic
    )  # fmt: skip
    job.folder.mkdir(parents=True)
    with job.file.open("wb") as out:
        for chunk in chunks:
            out.write(chunk)
    job.keep()
    return job


def clear_old() -> None:
    """Remove the folders of jobs older than `KEPT`; one that is being worked on stays."""
    limit = time.time() - KEPT.total_seconds()
    for folder in _root().iterdir() if _root().exists() else ():
        if folder.stat().st_mtime < limit and (lock := _locked(folder)):
            shutil.rmtree(folder)
            lock.close()


def find(id: str, register: Register, county: Org, user: User) -> Job | None:
    """The person's own job, as it stands now; an interrupted one says so."""
    job = _load(id)
    if job is None or (job.register, job.county, job.user) != (register.code, county.code, user.pk):
        return None
    if job.busy and (lock := _locked(job.folder)):
        with lock:
            job = _load(id) or job  # it may just have ended
            if job.busy:
                _interrupted(job)
    return job


def mine(register: Register, county: Org, user: User) -> list[Job]:
    """The person's jobs of this register, the newest first."""
    ids = [f.name for f in _root().iterdir()] if _root().exists() else []
    found = [j for i in ids if (j := find(i, register, county, user))]
    return sorted(found, key=lambda j: j.at, reverse=True)


def _load(id: str) -> Job | None:
    path = _root() / id / "job.json"
    if not re.fullmatch(r"[0-9a-f]{32}", id) or not path.exists():
        return None
    return Job(**json.loads(path.read_text(encoding="utf-8")))


def _locked(folder: Path) -> IO[str] | None:
    """The job's lock, or None when another works on it. The system lets go of it when a process ends, however it ends."""
    lock = (folder / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _interrupted(job: Job) -> None:
    """What an interruption left: everything of a step that was committed, else nothing."""
    if job.phase == "writing":
        whole = bool(job.change_set) and AuditEntry.objects.filter(change_set=job.change_set).exists()
        if whole:
            job.phase, job.written, job.said = "done", job.total, ""
        else:
            job.phase, job.change_set = "checked", ""
            job.said = "写入时服务器中断，一行也没有写入：可以再写一次。"
    elif job.phase == "undoing":
        whole = AuditEntry.objects.filter(why=_undoing(job)).exists()
        job.phase = "undone" if whole else "done"
        job.said = "" if whole else "撤销时服务器中断，什么也没有撤销：可以再撤销一次。"
    elif job.seen:
        job.phase, job.said = "checked", "检查时服务器中断，一行也没有写入：可以再写一次。"
    else:
        job.phase, job.said = "refused", "检查时服务器中断，什么也没有写入：请重新上传。"
    job.keep()


def in_background(work: Callable[[], None]) -> None:
    """Run ``work`` in a thread of its own, which ends with its process; that interrupts the job."""

    def apart() -> None:
        try:
            work()
        finally:
            connections.close_all()

    Thread(target=apart, daemon=True).start()


def begin(job: Job, phase: str, work: Callable[[Job], None]) -> bool:
    """Start a step of a job in the background; False when one is going on already (a second click), or was done since ``job`` was
    read: then this step was chosen on a page that no longer holds."""
    lock = _locked(job.folder)
    if lock is None:
        return False
    if _load(job.id) != job:
        lock.close()
        return False
    job.phase, job.done, job.total, job.said = phase, 0, 0, ""
    job.keep()

    def run() -> None:
        with lock:
            _tried(job, work)
            job.keep()

    in_background(run)
    return True


def _tried(job: Job, work: Callable[[Job], None]) -> None:
    """A step of a job; what goes wrong is said in one sentence, and then nothing of the step is done."""
    back = "done" if job.phase == "undoing" else "checked" if job.seen else "refused"
    try:
        work(job)
    except FileFault as error:
        job.phase, job.said = back, f"{error}。"
    except (ValidationError, PermissionDenied) as error:
        job.phase, job.said = back, "；".join(getattr(error, "messages", [str(error)]))
    except DatabaseError:
        _log.exception("import %s", job.id)
        job.phase, job.said = back, "数据库正忙或出错，这一步什么也没有写入：请稍后再试。"
    except Exception:  # noqa: BLE001 - a thread has nobody above it: the error is logged, and the person told
        _log.exception("import %s", job.id)
        job.phase, job.said = (
            back,
            "这一步出错，什么也没有写入；错误已记入日志，请把文件名和时间告诉管理员。",
        )


def _noting(job: Job) -> Callable[[int], None]:
    """Progress into ``job.json``, not more often than people look."""
    last = 0.0

    def note(done: int) -> None:
        nonlocal last
        job.done = done
        if time.monotonic() - last >= _EVERY:
            last = time.monotonic()
            job.keep()

    return note


def check(job: Job) -> None:
    """Dry-run the file. Errors: `FileFault`."""
    _keep(job, _dry_run(job))


def write(good_rows: bool) -> Callable[[Job], None]:
    """Write what the dry run found good. When records changed since, nothing is written and the new dry run is shown."""

    def work(job: Job) -> None:
        outcome = _dry_run(job)
        if fingerprint(outcome) != job.seen:
            _keep(job, outcome)
            job.said = "预检之后台账有变动，一行也没有写入：下面是按新内容重新预检的结果，请再看一遍。"
            return
        job.phase, job.done, job.total = "writing", 0, len(outcome.writable)
        user = User.objects.get(pk=job.user)
        with records.one_set() as change_set:
            job.change_set = change_set
            job.keep()
            apply(outcome, Actor(user, "import"), job.why(), good_rows=good_rows, progress=_noting(job))
        job.phase, job.written = "done", job.total

    return work


def take_back(job: Job) -> None:
    """Undo the whole import. Errors: as `undo.undo_set`."""
    job.total = job.written
    user = User.objects.get(pk=job.user)
    undo.undo_set(job.change_set, Actor(user, "web"), _undoing(job), _noting(job))
    job.phase = "undone"


def _undoing(job: Job) -> str:
    return f"撤销导入 {job.name}"[:180] + f"（{job.id[:8]}）"


def _dry_run(job: Job) -> Outcome:
    register = get(job.register)
    county = Org.objects.get(code=job.county)
    table = read(job.file, register, job.name)
    job.total = len(table.rows)
    outcome = dry_run(register, county, table, User.objects.get(pk=job.user), _noting(job))
    if job.synthetic:
        outcome.mark_synthetic()
    return outcome


def _keep(job: Job, outcome: Outcome) -> None:
    """Keep what a dry run found: counts, the rows by action, the file handed back when a row has a fault."""
    job.counts = {action: outcome.count(action) for action in WORDS}
    job.unknown, job.seen = outcome.table.unknown, fingerprint(outcome)
    user = User.objects.get(pk=job.user)
    _note_reading(outcome, user)
    out = {a: (job.folder / f"{a}.jsonl").open("w", encoding="utf-8") for a in (ERROR, UPDATE, CREATE)}
    for row, (_number, values) in zip(outcome.rows, outcome.table.rows, strict=True):
        if row.action not in out:
            continue
        cells = outcome.table.cells(values)
        said = {
            "row": row.number, "label": " ".join(str(cells.get(k) or "") for k in outcome.register.key),
            "faults": [(f.cell, f.title, f.said) for f in row.faults], "notes": row.notes, "changes": [],
        }  # fmt: skip
        if row.action == UPDATE and row.old is not None:
            clear = bool(reading.unmasked(outcome.register, user, [row.old]))
            said["changes"] = list(changes(row, outcome.register, clear))
        elif row.action == CREATE:
            said["called"] = str(row.record)
        out[row.action].write(json.dumps(said, ensure_ascii=False) + "\n")
    for file in out.values():
        file.close()
    job.handed_back.unlink(missing_ok=True)
    if job.counts[ERROR]:
        job.phase = "marking"
        job.keep()
        job.handed_back.write_bytes(handback(job.file, job.name, outcome))
    job.phase = "checked"


def _note_reading(outcome: Outcome, user: User) -> None:
    """Note, before the page shows them, whose sensitive fields stand among what would be changed."""
    register = outcome.register
    hidden = {name for name, column in register.fields.items() if column.sensitive}
    shown = [r.old for r in outcome.rows if r.action == UPDATE and r.old and hidden.intersection(r.changed)]
    clear = reading.unmasked(register, user, shown)
    reading.note_many(Actor(user, "import"), register, outcome.county.code, clear)
