"""`jiuzhi observe quality`: what the checks found in a month, and how much of what was due arrived."""

from collections import Counter
from datetime import date, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from . import setup

_FOUND = {3: "可疑", 4: "不合格", 9: "空值"}


def quality(
    month: Annotated[str, typer.Option("--month", help="月份，例如 2026-10；默认最近有数据的月份")] = "",
    county: Annotated[str, typer.Option("--county", help="只看该区县的点位，例如 500229")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，供脚本使用")] = False,
) -> None:
    """检查新数据，并汇总一个月的可疑数据和有效传输率。"""
    setup.django()
    from jiuzhi.core.local import today
    from jiuzhi.engine.observe import delta, lake
    from jiuzhi.engine.observe import quality as checks
    from jiuzhi.engine.observe.quality.capture import capture, observed, totals
    from jiuzhi.master.models import Station

    known = sorted({file["partition.month"] for file in delta.files(lake.NAME)})
    if not known:
        setup.fail("观测库里还没有数据：请先用 observe import 导入。")
    month = month or known[-1]
    if month not in known:
        setup.fail(f"没有 {month} 的数据：有数据的月份从 {known[0]} 到 {known[-1]}，请写成 2026-10 这样。")
    with setup.sentences(lake.LakeBusy):
        checks.refresh()
    listed = Station.objects.filter(county__code=county) if county else Station.objects.all()
    stations = list(listed.values_list("code", flat=True))
    rows = checks.read(month, stations).to_pylist()
    found = Counter((name, row["property"]) for row in rows for name in row["checks"].split(",") if name)
    due = capture(stations, month, min(today() - timedelta(days=1), _end(month)))
    counts, rates = totals(due, ()), totals(due, (), evenly=True)
    summary: dict[str, Any] = {
        "month": month,
        "stations": len(stations),
        "synthetic": any(observed(month, stations).values()),
        "flags": {said: sum(row["flag"] == flag for row in rows) for flag, said in _FOUND.items()},
        "decided": sum(row["verdict"] != "" for row in rows),
        "checks": [
            {"check": name, "property": prop, "values": n} for (name, prop), n in sorted(found.items())
        ],
        "capture": _rates(counts[0], rates[0]) if due else None,
    }
    if as_json:
        setup.say_json(summary)
    else:
        _show(summary)


def _end(month: str) -> date:
    return (date.fromisoformat(f"{month}-01") + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _rates(counts: Any, rates: Any) -> dict[str, Any]:
    shares = {name: getattr(rates, name) for name in ("transmission", "validity", "effective")}
    return {"expected": counts.expected, "received": counts.received, "valid": counts.valid} | {
        name: None if share is None else round(float(share), 4) for name, share in shares.items()
    }


def _show(summary: dict[str, Any]) -> None:
    counted = "，".join(f"{said} {n}" for said, n in summary["flags"].items())
    simulated = "，含模拟数据" if summary["synthetic"] else ""
    typer.echo(
        f"{summary['month']}（{summary['stations']} 个点位{simulated}）：{counted}；人工判定 {summary['decided']}。"
    )
    rates = summary["capture"]
    if rates:
        typer.echo(
            f"应收 {rates['expected']}，收到 {rates['received']}，有效 {rates['valid']}；有效传输率 {rates['effective']:.1%}。"
        )
    if summary["checks"]:
        from jiuzhi.interfaces.web.quality import WORDS

        table = Table("检查", "项目", "个数")
        for item in summary["checks"]:
            table.add_row(str(WORDS[item["check"]].title), item["property"], str(item["values"]))
        Console(markup=False).print(table)
