"""`jiuzhi systems`: which of the systems the plans name are served, and by what."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from . import setup

MARK = {"whole": "● 已能用", "part": "◐ 部分可用", "none": "○ 未开始"}


def systems(
    domain: Annotated[str, typer.Option("--domain", help="只看一个领域，例如 治水")] = "",
    served_only: Annotated[bool, typer.Option("--served", help="只看已能用或部分可用的")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，供脚本使用")] = False,
) -> None:
    """列出两份规划点名的系统、台账与机制，以及由什么支持。"""
    setup.django()
    from jiuzhi.engine.plan import systems as named

    known = {s.domain for s in named.systems()}
    if domain and domain not in known:
        setup.fail(f"没有领域“{domain}”：可用 {'、'.join(sorted(known))}。")
    serving = named.served()
    rows = [
        s
        for s in named.systems()
        if (not domain or s.domain == domain) and (not served_only or s.id in serving)
    ]
    if as_json:
        setup.say_json(
            [
                {
                    "id": s.id,
                    "name": s.name,
                    "domain": s.domain,
                    "standing": named.standing(serving.get(s.id, [])),
                    "served_by": [v.code for v in serving.get(s.id, [])],
                }
                for s in rows
            ]
        )
        return
    reached = [named.standing(v) for v in serving.values()]
    table = Table(
        title=f"规划点名的系统：共 {len(named.systems())} 个，"
        f"已能用 {reached.count('whole')} 个，部分可用 {reached.count('part')} 个"
    )
    for heading in ("进展", "编号", "名称", "领域", "支持它的"):
        table.add_column(heading, overflow="fold")
    for s in rows:
        by = serving.get(s.id, [])
        table.add_row(MARK[named.standing(by)], s.id, s.name, s.domain, "、".join(v.title for v in by))
    Console().print(table)
