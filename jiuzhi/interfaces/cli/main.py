"""The `jiuzhi` command. Each group of commands stands in a file of its own name."""

import typer

from . import (
    assess,
    audit,
    cases,
    demo,
    gateway,
    observe,
    periods,
    plan,
    protocol,
    registers,
    report,
    rules,
    serve,
    simulate,
    systems,
    user,
    watch,
)
from .usage import ChineseGroup

app = typer.Typer(
    cls=ChineseGroup,
    help="九治：把一个县的生态环境五年规划变成可运行的系统。",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(plan.app, name="plan", help="规划：读取文档、载入规划包、查看进展")
app.add_typer(observe.app, name="observe", help="监测：导入数据、模板、重新评价")
app.add_typer(gateway.app, name="gateway", help="通讯网关：接收自动监测设备的数据")
app.add_typer(simulate.app, name="simulate", help="模拟：一个县的监测设备")
app.add_typer(protocol.app, name="protocol", help="仪器通讯协议：解读 HJ 212、SL 651 报文")
app.add_typer(assess.app, name="assess", help="直接评价一个文件（不入库）：air、water、lake")
app.add_typer(report.app, name="report", help="报告：规划实施评估报告（Word、PDF）")
app.add_typer(registers.app, name="registers", help="台账：列表、模板、导入、导出、样例")
app.add_typer(rules.app, name="rules", help="规则：列表、试判、回放")
app.add_typer(periods.app, name="periods", help="报送时期：设立、锁定、例外解锁")
app.add_typer(audit.app, name="audit", help="变更记录：核对链值")
app.add_typer(cases.app, name="cases", help="问题：列表、权限矩阵")
app.add_typer(user.app, name="user", help="用户与授权")
app.command("judge")(plan.judge)
app.command("systems")(systems.systems)
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("watch")(watch.watch)


if __name__ == "__main__":
    app()
