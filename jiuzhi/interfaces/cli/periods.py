"""`jiuzhi periods …`: reporting periods of registers."""

from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from . import setup

app = typer.Typer(no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="台账代码")]
Period = Annotated[str, typer.Argument(help="时期，例如 2026、2026-Q3、2026-10")]
County = Annotated[str, typer.Option("--county", help="六位区县代码")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON，供脚本使用")]


@app.command("list")
def list_periods(county: County, as_json: Json = False) -> None:
    """列出一个县的报送时期：应报日、是否锁定、迟报。"""
    setup.django()
    from jiuzhi.core.models import ReportingPeriod

    found = ReportingPeriod.objects.filter(county__code=county).prefetch_related("late", "unlocks")
    rows = [
        {
            "register": p.register, "period": p.period, "due_on": p.due_on.isoformat(), "locked": p.locked_at is not None,
            "late": len(p.late.all()), "unlocks": len(p.unlocks.all()),
        }
        for p in found
    ]  # fmt: skip
    if as_json:
        return setup.say_json(rows)
    table = Table("台账", "时期", "应报日", "锁定", "迟报", "例外解锁")
    for r in rows:
        table.add_row(
            r["register"],
            r["period"],
            r["due_on"],
            "是" if r["locked"] else "",
            str(r["late"]),
            str(r["unlocks"]),
        )
    Console().print(table)
    return None


@app.command("open")
def open_period(
    code: Code, period: Period, county: County, due: Annotated[datetime, typer.Option("--due", formats=["%Y-%m-%d"], help="应报日")]
) -> None:  # fmt: skip
    """设立一个报送时期。"""
    org = _county(code, county)
    from django.core.exceptions import ValidationError

    from jiuzhi.core import periods

    with setup.sentences(ValidationError):
        periods.open_period(org, code, period, due.date(), setup.actor())
    typer.echo(f"{code} {period} 应报日 {due.date()}。")


@app.command()
def lock(code: Code, period: Period, county: County) -> None:
    """锁定一个时期：之后该时期的记录不能再改。"""
    found = _period(code, period, county)
    from jiuzhi.core import periods

    done = periods.lock([found], setup.actor())
    typer.echo(f"{code} {period} {'已锁定' if done else '先前已经锁定'}。")


@app.command()
def unlock(
    code: Code,
    period: Period,
    county: County,
    org: Annotated[str, typer.Option("--org", help="向哪个单位开放（名称或代码）")],
    until: Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="开放到哪一天")],
    reason: Annotated[str, typer.Option("--reason", help="原因")],
) -> None:
    """按例外向一个单位解锁，写明原因。"""
    found = _period(code, period, county)
    from django.core.exceptions import ValidationError
    from django.db.models import Q

    from jiuzhi.core import periods
    from jiuzhi.core.models import Org

    unit = Org.objects.filter(Q(code=org) | Q(name=org), path__startswith=found.county.path).first()
    if unit is None:
        setup.fail(f"本区县没有单位“{org}”：请用单位代码或名称。")
    with setup.sentences(ValidationError):
        periods.unlock(found, unit, until.date(), reason, setup.actor())
    typer.echo(f"{code} {period} 向{unit}开放至 {until.date()}。")


def _county(code: str, county: str) -> Any:
    from .registers import _found

    return _found(code, county)[1]


def _period(code: str, period: str, county: str) -> Any:
    org = _county(code, county)
    from jiuzhi.core.models import ReportingPeriod

    found = ReportingPeriod.objects.filter(county=org, register=code, period=period).first()
    if found is None:
        setup.fail(f"{code} 没有设立时期 {period}：先用 jiuzhi periods open。")
    return found
