"""`jiuzhi user …`: the people of an installation and what they may do."""

from typing import Annotated

import typer

from . import setup

SHORTEST = 8  # characters
app = typer.Typer(no_args_is_help=True)


@app.command()
def add(
    username: Annotated[str, typer.Argument(help="用户名")],
    role: Annotated[
        str, typer.Option("--role", help="角色，例如 plan_officer、unit、monitoring、leader、auditor、admin")
    ],
    org: Annotated[str, typer.Option("--org", help="单位代码或单位名称，例如 500229 或 县水利局")],
    name: Annotated[str, typer.Option("--name", help="姓名")] = "",
    password: Annotated[
        str, typer.Option(prompt="密码", confirmation_prompt="再输一次", hide_input=True)
    ] = "",
) -> None:
    """新增用户，或给已有用户增加一项授权。"""
    setup.django()
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from jiuzhi.core import records
    from jiuzhi.core.models import Grant, Org, User

    if role not in Grant.Role.values:
        setup.fail(f"没有角色“{role}”：可用 {'、'.join(Grant.Role.values)}。")
    if len(password) < SHORTEST:
        setup.fail(f"密码太短：至少 {SHORTEST} 位。")
    units = list(Org.objects.filter(code=org) or Org.objects.filter(name=org))
    if len(units) != 1:
        known = (
            "没有这个单位：先载入规划，再用单位代码"
            if not units
            else "重名：请改用单位代码 " + "、".join(u.code for u in units)
        )
        setup.fail(f"单位“{org}”{known}。")
    with setup.sentences(ValidationError), transaction.atomic():
        user = User.objects.filter(username=username).first()
        if user is None:
            user = User(username=username, first_name=name)
            user.set_password(password)
            records.save(user, setup.actor(), "新增用户")
        records.save(Grant(user=user, role=role, org=units[0]), setup.actor(), "授权")
    typer.echo(f"{user} 在{units[0]}担任{Grant.Role(role).label}。")
