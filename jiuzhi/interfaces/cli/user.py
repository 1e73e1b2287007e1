"""`jiuzhi user …`: the people of an installation and what they may do."""

from typing import Annotated, Any

import typer

from . import setup

app = typer.Typer(no_args_is_help=True)
SHORTEST = 8  # characters of a password

Name = Annotated[str, typer.Argument(help="用户名")]
Role = Annotated[
    str, typer.Option("--role", help="角色：plan_officer、unit、monitoring、leader、auditor、admin")
]
Unit = Annotated[str, typer.Option("--org", help="单位代码或单位名称，例如 500229 或 县水利局")]
Password = Annotated[
    str, typer.Option(prompt="密码", confirmation_prompt="再输一次", hide_input=True, help="不写则提示输入")
]


@app.command()
def add(
    username: Name,
    role: Role,
    org: Unit,
    name: Annotated[str, typer.Option("--name", help="姓名")] = "",
    password: Password = "",
) -> None:
    """新增用户并授权。"""
    setup.django()
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from jiuzhi.core import records
    from jiuzhi.core.models import User

    if not username.strip() or len(username) > 150 or len(name) > 150:
        setup.fail("用户名不能为空，用户名和姓名都不能超过 150 个字：请改正。")
    if User.objects.filter(username=username).exists():
        setup.fail(f"用户“{username}”已经有了：增加授权用 jiuzhi user grant，改密码用 jiuzhi user password。")
    new = _grant(None, role, org)
    with setup.sentences(ValidationError), transaction.atomic():
        user = User(username=username, first_name=name)
        _set_password(user, password)
        records.save(user, setup.actor(), "新增用户")
        new.user = user
        records.save(new, setup.actor(), "授权")
    typer.echo(f"{user} 在{new.org}担任{new.get_role_display()}。")


@app.command()
def grant(username: Name, role: Role, org: Unit) -> None:
    """给已有用户增加一项授权。"""
    setup.django()
    from django.core.exceptions import ValidationError

    from jiuzhi.core import records

    new = _grant(_user(username), role, org)
    with setup.sentences(ValidationError):
        records.save(new, setup.actor(), "授权")
    typer.echo(f"{new.user} 在{new.org}担任{new.get_role_display()}。")


@app.command()
def revoke(username: Name, role: Role, org: Unit) -> None:
    """收回一项授权。"""
    setup.django()
    from jiuzhi.core import records
    from jiuzhi.core.models import Grant

    wanted = _grant(_user(username), role, org)
    held = Grant.objects.filter(user=wanted.user, role=role, org=wanted.org).first()
    if held is None:
        setup.fail(f"{wanted.user} 在{wanted.org}没有“{wanted.get_role_display()}”这项授权。")
    records.delete(held, setup.actor(), "收回授权")
    typer.echo(f"已收回 {wanted.user} 在{wanted.org}的{wanted.get_role_display()}。")


@app.command()
def password(username: Name, password: Password = "") -> None:
    """设置新密码。"""
    setup.django()
    from jiuzhi.core import records

    user = _user(username)
    _set_password(user, password)
    records.save(user, setup.actor(), "改密码")
    typer.echo(f"{user} 的密码已更新。")


@app.command()
def token(
    username: Name,
    name: Annotated[str, typer.Option("--name", help="用途，例如 排污口平台对接")] = "接口",
    days: Annotated[int, typer.Option("--days", min=1, max=1098, help="有效天数")] = 365,
) -> None:
    """签发接口令牌：只显示这一次，权限与这个用户相同。"""
    setup.django()
    from django.core.exceptions import ValidationError

    from jiuzhi.core import tokens

    with setup.sentences(ValidationError):
        made, text = tokens.issue(_user(username), name.strip(), days, setup.actor())
    typer.echo(text)
    typer.echo(f"请现在保存：令牌只显示这一次。{made}有效期至 {made.expires_on}。", err=True)


@app.command(name="tokens")
def listed(username: Name) -> None:
    """列出一个用户的接口令牌：编号、用途、有效期、最近使用。"""
    setup.django()
    held = list(_user(username).tokens.all())
    for one in held:
        used = f"最近使用 {one.used_on}" if one.used_on else "还没有用过"
        typer.echo(f"{one.ident}  {one.name}  有效期至 {one.expires_on}  {used}")
    if not held:
        typer.echo(f"{username} 没有接口令牌：签发用 jiuzhi user token {username}。")


@app.command(name="token-revoke")
def token_revoke(ident: Annotated[str, typer.Argument(help="令牌编号，见 jiuzhi user tokens")]) -> None:
    """作废一个接口令牌。"""
    setup.django()
    from jiuzhi.core import records
    from jiuzhi.core.models import ApiToken

    found = ApiToken.objects.filter(ident=ident).first()
    if found is None:
        setup.fail(f"没有编号“{ident}”的令牌：编号见 jiuzhi user tokens。")
    said = str(found)
    records.delete(found, setup.actor(), "作废接口令牌")
    typer.echo(f"已作废{said}。")


def _user(username: str) -> Any:
    from jiuzhi.core.models import User

    user = User.objects.filter(username=username).first()
    if user is None:
        setup.fail(f"没有用户“{username}”：新增用 jiuzhi user add。")
    return user


def _set_password(user: Any, password: str) -> None:
    if len(password) < SHORTEST:
        setup.fail(f"密码太短：至少 {SHORTEST} 位。")
    user.set_password(password)


def _grant(user: Any, role: str, org: str) -> Any:
    """An unsaved grant, or one sentence about the role or unit that does not exist."""
    from jiuzhi.core.models import Grant, Org

    if role not in Grant.Role.values:
        setup.fail(f"没有角色“{role}”：可用 {'、'.join(Grant.Role.values)}。")
    units = list(Org.objects.filter(code=org) or Org.objects.filter(name=org))
    if not units:
        setup.fail(f"没有单位“{org}”：先载入规划，再用单位代码或名称。")
    if len(units) > 1:
        setup.fail(f"有 {len(units)} 个单位叫“{org}”：请改用单位代码 {'、'.join(u.code for u in units)}。")
    return Grant(user=user, role=role, org=units[0])
