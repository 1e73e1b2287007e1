"""`jiuzhi cases …`: the cases of a county, and who may take which step."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from . import setup

app = typer.Typer(no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="输出 JSON，供脚本使用")]


@app.command("list")
def list_cases(
    county: Annotated[str, typer.Option("--county", help="六位区县代码")],
    due: Annotated[str, typer.Option("--due", help="overdue 超期、soon 三天内、running 按期、standing 暂停或无期限、revisit 该回头看、closed 已办结、all 全部；默认在办")] = "",
    workflow: Annotated[str, typer.Option("--workflow", help="流程代码，如 rectification")] = "",
    unit: Annotated[str, typer.Option("--unit", help="责任单位代码")] = "",
    most: Annotated[int, typer.Option("--most", min=1, max=20_000, help="最多列几件，默认 200")] = 200,
    as_json: Json = False,
) -> None:  # fmt: skip
    """列出一个县的问题，期限近的在前。"""
    setup.django()
    from django.utils import timezone

    from jiuzhi.core.models import Org
    from jiuzhi.engine.cases import lists
    from jiuzhi.engine.cases.declare import WORKFLOWS
    from jiuzhi.engine.cases.models import Case

    if not Org.objects.filter(code=county, kind="county").exists():
        setup.fail(f"没有区县 {county}：请先用 `jiuzhi plan load` 载入规划，或核对代码。")
    if due and due not in lists.DUE:
        setup.fail(f"--due 没有“{due}”：可用 {'、'.join(lists.DUE)}。")
    if workflow and workflow not in WORKFLOWS:
        setup.fail(f"没有流程“{workflow}”：可用 {'、'.join(WORKFLOWS)}。")
    asked = {"due": due, "workflow": workflow, "unit": unit}
    found = lists.filtered(Case.objects.filter(county__code=county), asked, timezone.now())
    rows = [_row(c) for c in lists.sorted_(found, due).select_related("org", "person")[:most]]
    if as_json:
        return setup.say_json(rows)
    table = Table("编号", "问题", "流程", "环节", "责任单位", "期限", "颜色")
    for r in rows:
        table.add_row(
            r["code"], r["title"], r["workflow"], r["stage"], r["unit"], (r["due"] or "")[:10], r["colour"]
        )
    Console().print(table)
    if (total := found.count()) > len(rows):
        typer.echo(f"只列前 {len(rows)} 件，共 {total} 件：用 --most 多列一些。")
    return None


def _row(case: Any) -> dict[str, Any]:
    from django.utils import timezone

    from jiuzhi.core.local import LOCAL
    from jiuzhi.engine.cases import terms

    return {
        "code": case.code, "title": case.title, "workflow": case.workflow, "stage": case.stage, "unit": case.org.name,
        "person": str(case.person or ""), "risk": case.risk, "due": case.due_at and case.due_at.astimezone(LOCAL).isoformat(),
        "colour": terms.COLOURS[terms.colour(case, timezone.now())], "synthetic": case.synthetic,
    }  # fmt: skip


@app.command()
def matrix(
    workflow: Annotated[str, typer.Option("--workflow", help="只看一个流程")] = "", as_json: Json = False
) -> None:
    """权限矩阵：每一步 × 每个角色 × 在哪里任职。"""
    setup.django()
    from jiuzhi.core.models import Grant
    from jiuzhi.engine.cases import rights
    from jiuzhi.engine.cases.declare import WORKFLOWS

    if workflow and workflow not in WORKFLOWS:
        setup.fail(f"没有流程“{workflow}”：可用 {'、'.join(WORKFLOWS)}。")
    flows = [w for w in WORKFLOWS.values() if not workflow or w.code == workflow]
    if as_json:
        return setup.say_json(rights.matrix(flows))
    roles = {str(r): str(label) for r, label in Grant.Role.choices}
    for flow in flows:
        table = Table("步骤", "从 → 到", title=f"{flow.title}（{flow.code}）")
        table.add_column("可以办的角色", overflow="fold")
        for step in flow.steps:
            who = "、".join(label for role, label in roles.items() if rights.allows(step, role))
            who = "随关联事项自动办理" if flow.driven else who or "系统自动办理"
            table.add_row(step.name, f"{'、'.join(step.start)} → {step.end}", who)
        Console().print(table)
    may = [p for p, does in rights.PLACES.items() if does]
    not_ = [p for p, does in rights.PLACES.items() if not does]
    typer.echo(
        f"在{'或'.join(may)}任这些角色的人可以办；在{'、'.join(not_)}的不可以。谁报整改完成，谁不能验收。逐格的矩阵用 --json。"
    )
    return None
