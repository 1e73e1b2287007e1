"""Mistakes on the command line, said in one Chinese sentence instead of the parser's English."""

import re
import sys
from typing import Any

import typer
from typer.core import TyperGroup

_LIMITS = (
    (re.compile(r"less than or equal to (\S+)"), "不能大于 {}"),
    (re.compile(r"greater than or equal to (\S+)"), "不能小于 {}"),
    (re.compile(r"valid integer"), "应为整数"),
    (re.compile(r"does not match the formats? '%Y-%m-%d'"), "应为日历上的日期，如 2026-11-30"),
)


class ChineseGroup(TyperGroup):
    """The command group whose usage errors are sentences. What goes right is the parser's as before."""

    def main(self, *args: Any, standalone_mode: bool = True, **more: Any) -> Any:
        if not standalone_mode:
            return super().main(*args, standalone_mode=False, **more)
        try:
            code = super().main(*args, standalone_mode=False, **more)
        except typer.Abort:
            typer.secho("已取消。", err=True)
            sys.exit(1)
        except Exception as error:
            # The parser's own errors are known by this method; its module is private to typer.
            if not hasattr(error, "format_message"):
                raise
            if said := sentence(error):
                typer.secho(said, fg=typer.colors.RED, err=True)
            sys.exit(getattr(error, "exit_code", 2))
        sys.exit(code if isinstance(code, int) else 0)


def sentence(error: Any) -> str:
    """A usage error in Chinese: what is wrong and where to look; empty where the help was shown instead."""
    kind = type(error).__name__
    path = error.ctx.command_path if getattr(error, "ctx", None) else "jiuzhi"
    see = f"用法见 `{path} -h`。"
    if kind == "NoArgsIsHelpError":
        return ""
    if kind == "MissingParameter":
        return f"缺少{_named(error).rstrip()}：请补上，{see}"
    if kind == "NoSuchOption":
        near = f"（相近的有 {'、'.join(sorted(error.possibilities))}）" if error.possibilities else ""
        return f"没有选项 {error.option_name}{near}：{see}"
    if kind == "BadOptionUsage":
        return f"选项 {error.option_name} 后面缺少值：请补上，{see}"
    message = str(error.message)
    if kind == "BadParameter":
        return f"{_named(error).strip()}的值{_wrong(message)}：请改正，{see}"
    quoted = re.search(r"'([^']*)'", message)
    if "No such command" in message and quoted:
        return f"没有命令“{quoted[1]}”：{see}"
    if extra := re.search(r"unexpected extra argument(?:\(s\)|s)? \((.*)\)", message):
        return f"多出参数 {extra[1]}：路径或名称里有空格时请加引号，{see}"
    return f"命令写法不对（{message}）：{see}"


def _named(error: Any) -> str:
    param = error.param
    if param is None:
        return "参数"
    name = next((o for o in param.opts if o.startswith("--")), "") or str(param.metavar or param.name).upper()
    help_text = (getattr(param, "help", "") or "").split("，默认")[0]
    return f" {name}（{help_text}）" if help_text else f" {name} "


def _wrong(message: str) -> str:
    quoted = re.match(r"'([^']*)'", message)
    value = f"“{quoted[1]}”" if quoted else ""
    for pattern, words in _LIMITS:
        if found := pattern.search(message):
            return f"{value}不对，{words.format(*found.groups())}"
    if choices := re.search(r"is not one of (.*?)\.?$", message):
        return f"{value}不对，可用 {choices[1].replace(chr(39), '').replace(', ', '、')}"
    return f"{value}不对"
