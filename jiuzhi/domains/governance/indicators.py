"""Indicators of governance, over the registers as they stand."""

from jiuzhi.engine.indicators.registry import Inputs, Result, Row, indicator, share

ENDED = ("已撤销", "已注销")
RUNNING = ("开工", "在建", "完工", "验收")


@indicator("governance.permits_valid", "排污许可证有效率", unit="%", better="up", register="governance.permit", bounds=(0, 100),
           serves=["SYS-018"], standard="排污许可管理条例", formula="100×在有效期内的许可证÷未撤销、注销的许可证；登记管理和申请中的不计",
           missing="没有在册许可证时无值")  # fmt: skip
def permits_valid(data: Inputs) -> Result:
    counted = [
        r for r in data.rows
        if r["category"] != "登记管理" and r["state"] not in (*ENDED, "申请", "受理")
    ]  # fmt: skip
    return share(
        counted,
        lambda r: r["state"] != "失效" and r["valid_from"] <= data.end <= r["valid_to"],
        of="在册许可证",
        hit="在有效期内",
    )


@indicator("governance.exec_report_on_time", "排污许可执行报告按期提交率", unit="%", better="up", register="governance.executionreport",
           bounds=(0, 100), serves=["SYS-018"], standard="排污许可管理条例", formula="100×按期提交的执行报告÷已到应交日期的执行报告",
           missing="没有到期的执行报告时无值；退回未重交的不算按期")  # fmt: skip
def exec_report_on_time(data: Inputs) -> Result:
    due = [r for r in data.rows if r["due_on"] <= data.end]
    return share(
        due,
        lambda r: r["state"] in ("已提交", "已审核") and r["submitted_on"] <= r["due_on"],
        of="已到期的报告",
        hit="按期提交",
    )


@indicator("governance.project_started", "重大项目开工率", unit="%", better="up", register="governance.project", bounds=(0, 100),
           serves=["SYS-003"], standard="重大项目台账口径：按项目个数计", formula="100×已开工（含在建、完工、验收）的项目÷在册项目", missing="没有在册项目时无值；待核实的计入分母")  # fmt: skip
def project_started(data: Inputs) -> Result:
    return share(data.rows, lambda r: r["stage"] in RUNNING, of="在册项目", hit="已开工")


@indicator("governance.project_finished", "重大项目完工率", unit="%", better="up", register="governance.project", bounds=(0, 100),
           serves=["SYS-003"], standard="重大项目台账口径：按项目个数计", formula="100×完工、验收的项目÷在册项目", missing="没有在册项目时无值；待核实的计入分母")  # fmt: skip
def project_finished(data: Inputs) -> Result:
    return share(data.rows, lambda r: r["stage"] in RUNNING[-2:], of="在册项目", hit="完工、验收")


@indicator("governance.project_milestone", "重大项目节点按期完成率", unit="%", better="up", register="governance.milestone", bounds=(0, 100),
           serves=["SYS-003"], standard="重大项目台账口径：按节点个数计", formula="100×按期完成的节点÷已到应完成日期的节点；调整过的以调整后日期为准",
           missing="没有到期的节点时无值；已取消的不计")  # fmt: skip
def project_milestone(data: Inputs) -> Result:
    due = [r for r in data.rows if r["state"] != "已取消" and r["due_on"] <= data.end]
    return share(due, _in_time, of="已到期的节点", hit="按期完成")


def _in_time(row: Row) -> bool:
    return row["state"] == "已完成" and row["actual_on"] <= row["due_on"]
