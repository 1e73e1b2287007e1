"""What the commands share: starting Django late, saying errors in one sentence, and JSON for scripts."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, NoReturn

import typer

from jiuzhi.core.local import today


def django() -> None:
    """Start Django once, only in commands that touch records (a plain `plan read` must not wait for it).

    The records are brought to the shape this version needs, so that a first command works on an empty machine.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiuzhi.project.settings")
    import django as framework
    from django.apps import apps

    if apps.ready:
        return
    home = os.environ.get("JIUZHI_HOME", "var")
    try:
        framework.setup()
    except OSError as error:
        cannot_write(f"JIUZHI_HOME（{home}）", error)
    except ValueError as error:
        fail(f"设置读不懂（{error}）：请检查 JIUZHI_DATABASE，应如 postgresql://用户:密码@主机:5432/库名。")
    from django.db import DatabaseError, OperationalError

    try:
        _bring_into_shape()
    except OperationalError as error:
        reason = " ".join(str(error).split())
        fail(f"连不上数据库（{reason}）：请检查 JIUZHI_DATABASE 或 JIUZHI_HOME 的权限。")
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        fail(f"数据库打不开（{reason}）：{home} 里的 records.sqlite3 可能已损坏，请从备份恢复。")
    except OSError as error:
        cannot_write(f"JIUZHI_HOME（{home}）", error)


def _bring_into_shape() -> None:
    """Apply what is missing of the records' shape; of two first commands at once the second waits for the first."""
    import fcntl
    from pathlib import Path

    from django.conf import settings
    from django.core.management import call_command
    from django.db import DEFAULT_DB_ALIAS, connections
    from django.db.migrations.executor import MigrationExecutor

    def missing() -> bool:
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))

    if not missing():
        return
    with (Path(settings.HOME) / "migrating.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if missing():
            call_command("migrate", verbosity=0, interactive=False)


def progress(quiet: bool, *, rows: bool = False) -> Any:
    """How long work is getting on, on standard error and gone when it ends; nothing for scripts. ``rows``: count rows instead of steps."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    told = (TextColumn("{task.completed:,} 行"),) if rows else (BarColumn(bar_width=24), MofNCompleteColumn())
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}", markup=False), *told, TimeElapsedColumn(),
        console=Console(stderr=True), disable=quiet, transient=True,
    )  # fmt: skip


def fail(message: str) -> NoReturn:
    """One clear sentence on standard error and exit code 2."""
    typer.secho(message, fg=typer.colors.RED, err=True)
    raise typer.Exit(2)


def cannot_write(place: Any, error: Exception) -> NoReturn:
    """A file or folder that cannot be written, in one sentence."""
    from jiuzhi.core import files

    cause = (
        error if isinstance(error, OSError) else next((a for a in error.args if isinstance(a, OSError)), None)
    )
    fail(
        f"写不到 {place}（{files.why(cause) if cause else error}）：请检查位置、权限和磁盘空间，或换一个位置。"
    )


def day(as_of: datetime | None) -> date:
    """The day an option names; without one, today in China."""
    return as_of.date() if as_of else today()


def check_day(plan: Any, day: Any) -> None:
    """Refuse a day far from the plan's period: a judgement of the year 9999 would be the newest on every page."""
    first, last = plan.period_start - 6, plan.period_end + 1
    if not first <= day.year <= last:
        fail(f"截至日期 {day} 离《{plan.title}》的规划期太远：请填 {first} 至 {last} 年之间的日期。")


def say_json(value: Any) -> None:
    """Machine-readable output: one JSON document on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


@contextmanager
def sentences(*errors: type[Exception]) -> Iterator[None]:
    """Turn the expected errors of a command into one sentence; anything else is a defect and keeps its traceback."""
    try:
        yield
    except errors as error:
        messages = getattr(error, "messages", None)  # Django's ValidationError
        fail("；".join(messages) if messages else str(error))


def actor() -> Any:
    """The command line acts as the system, by the route `cli`; the audit shows it."""
    from jiuzhi.core.records import Actor

    return Actor(None, "cli")


def current_plan(county: str) -> Any:
    """The county's current plan, or one clear sentence."""
    from jiuzhi.engine.plan.models import Plan

    plan = Plan.objects.select_related("county").filter(county__code=county, current=True).first()
    if plan is None:
        fail(f"没有载入 {county} 的规划：先运行 `jiuzhi plan load 规划包文件夹`，再重试。")
    return plan
