"""`jiuzhi rules …`: which rules there are, what they would say now, what they would have said of a span."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from . import setup

app = typer.Typer(no_args_is_help=True)

County = Annotated[str, typer.Option("--county", help="六位区县代码")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON，供脚本使用")]
_TIMES = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"]
_EVENTS = {"fired": "触发", "rejoined": "再次触发", "level": "升级", "cleared": "解除"}


@app.command("list")
def list_rules(
    domain: Annotated[str, typer.Option("--domain", help="只看一个领域，例如 water、observe")] = "",
    as_json: Json = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="输出 docs/rules-list.md 的内容")] = False,
) -> None:
    """列出所有规则：程度、依据、核实情况、几次触发几次解除、转办哪种流程。"""
    setup.django()
    from jiuzhi.engine.rules import listing

    rows = listing.rows(domain)
    if not rows:
        known = sorted({row.code.partition(".")[0] for row in listing.rows()})
        setup.fail(f"没有领域“{domain}”的规则：可用 {'、'.join(known)}。")
    if markdown:
        return typer.echo(listing.markdown(), nl=False)
    if as_json:
        return setup.say_json([row._asdict() for row in rows])
    table = Table(*listing.HEADS[:8], title=f"规则 {len(rows)} 条")
    for row in rows:
        table.add_row(*row[:8])
    Console(markup=False).print(table)
    return None


@app.command()
def run(
    county: County,
    at: Annotated[
        datetime | None, typer.Option("--at", formats=_TIMES, help="按哪个时刻（北京时间），默认现在")
    ] = None,
    only: Annotated[str, typer.Option("--only", help="只看这些规则，代码用 , 分隔")] = "",
    write: Annotated[bool, typer.Option("--write", help="真的写入报警并通知；不写时只显示")] = False,
    as_json: Json = False,
) -> None:
    """看现状类规则现在会报什么（不写入）；数值到达即判的规则用 replay。"""
    org = _county(county)
    from jiuzhi.engine.rules import standing
    from jiuzhi.engine.rules.look import Look

    now, codes = _moment(at), _codes(only)
    if write:
        begun = standing.look_at(org, now, only=codes, force=True)
        return typer.echo(f"{org}：新报警 {begun} 个。")
    told = standing.would(Look(org, now), only=codes)
    rows = [
        {
            "rule": one.rule.code, "title": one.rule.title, "name": one.finding.name, "text": one.finding.text, "value": one.finding.value,
            "limit": one.finding.limit, "unit": one.finding.unit, "org": str(one.finding.org or org), "state": one.state,
            "synthetic": one.finding.synthetic,
        }
        for one in told.findings
    ]  # fmt: skip
    if as_json:
        return setup.say_json(
            {"at": now.isoformat(), "findings": rows, "failed": {k: str(v) for k, v in told.failed.items()}}
        )
    typer.echo(f"{org} {now:%Y-%m-%d %H:%M}：{len(rows)} 项，没有写入。")
    table = Table("规则", "对象", "说明", "数值", "限值", "责任单位", "状态")
    for row in rows:
        table.add_row(
            row["title"],
            row["name"],
            row["text"] + ("（模拟）" if row["synthetic"] else ""),
            *_number(row),
            row["org"],
            row["state"],
        )
    Console(markup=False).print(table)
    for code, error in told.failed.items():
        typer.secho(f"规则 {code} 无法判断：{error}", fg=typer.colors.RED, err=True)
    return None


@app.command()
def replay(
    county: County,
    start: Annotated[datetime, typer.Option("--from", formats=_TIMES, help="从哪个时刻（北京时间）")],
    end: Annotated[
        datetime, typer.Option("--to", formats=_TIMES, help="到哪个时刻；只写日期的，到这一天结束")
    ],
    as_json: Json = False,
) -> None:
    """把一段时间的监测值重新判一遍：数值到达即判的规则会在何时触发、解除。不写入。"""
    org = _county(county)
    from jiuzhi.core.local import LOCAL
    from jiuzhi.engine.rules import declare, expand, watching
    from jiuzhi.engine.rules.look import Look

    first, last = start.replace(tzinfo=LOCAL), end.replace(tzinfo=LOCAL)
    last += timedelta(days=1) if last.time() == datetime.min.time() else timedelta(0)
    if last <= first:
        setup.fail("结束不晚于开始：请核对 --from 和 --to。")
    look = Look(org, last - timedelta(seconds=1))
    names = {
        (w.rule.code, w.threshold.subject): w.threshold.name
        for s in expand.expanded(look).series.values()
        for w in s
    }
    found = watching.replay(look, first, last)
    rows = [
        {"rule": rule, "name": names[rule, subject], "event": event.kind, "at": event.at.astimezone(LOCAL), "level": event.level}
        for (rule, subject), events in found.items()
        for event in events
    ]  # fmt: skip
    rows.sort(key=lambda r: (r["at"], r["rule"], r["name"]))
    if as_json:
        return setup.say_json([r | {"at": r["at"].isoformat()} for r in rows])
    typer.echo(f"{org} {first:%Y-%m-%d %H:%M} 至 {last:%Y-%m-%d %H:%M}：{len(rows)} 件，没有写入。")
    typer.echo(f"限值按 {look.today} 的标准、许可和水温；期间有变化的，请分段重判。")
    table = Table("时间", "规则", "对象", "事项")
    for r in rows:
        word = _EVENTS[r["event"]] + (declare.LEVELS[r["level"]] if r["event"] == "level" else "")
        table.add_row(f"{r['at']:%Y-%m-%d %H:%M}", declare.RULES[r["rule"]].title, r["name"], word)
    Console(markup=False).print(table)
    return None


def _county(code: str) -> Any:
    setup.django()
    from jiuzhi.core.models import Org

    org = Org.objects.filter(code=code, kind=Org.Kind.COUNTY).first()
    if org is None:
        setup.fail(f"没有区县“{code}”：先用 jiuzhi plan load 载入它的规划，再重试。")
    return org


def _moment(at: datetime | None) -> datetime:
    from jiuzhi.core.local import LOCAL

    return at.replace(tzinfo=LOCAL) if at else datetime.now(LOCAL)


def _codes(text: str) -> list[str] | None:
    from jiuzhi.engine.rules.declare import RULES

    codes = [part.strip() for part in text.split(",") if part.strip()]
    for code in codes:
        if code not in RULES:
            setup.fail(f"没有规则“{code}”：用 jiuzhi rules list 看有哪些。")
        if RULES[code].watches:
            setup.fail(f"规则“{code}”在数值到达时判断：请用 jiuzhi rules replay。")
    return codes or None


def _number(row: dict[str, Any]) -> tuple[str, str]:
    from jiuzhi.engine.reports.words import plain

    return tuple(
        "" if row[k] is None else f"{plain(round(row[k], 6))} {row['unit']}".strip()
        for k in ("value", "limit")
    )  # type: ignore[return-value]
