"""治塑 registers."""

from jiuzhi.core.registers import Register
from jiuzhi.core.registers.lifecycle import lifecycle, step

from .models import FilmRecovery

film_recovery = Register(
    model=FilmRecovery, about="农膜使用与有偿回收：按村、作物、膜种登记使用、称重、杂质和补贴；往年膜、外县膜和降解膜分得开，回收率才不会虚高。",
    columns=["village", "period", "crop", "film", "used_kg", "net_kg", "measured", "state", "org"],
    period="period", public=["village", "period", "crop", "film", "area_mu", "used_kg", "net_kg"], sensitive=["subsidy"],
    public_states="已公示 已兑付",
    lifecycle=lifecycle(
        step("审核", "登记", "已审核", roles="unit plan_officer admin", needs="gross_kg impurity slips point", evidence=True, other_person=True),
        step("公示", "已审核", "已公示", needs="announced_on subsidy"),
        step("兑付", "已公示", "已兑付", roles="unit plan_officer admin", needs="paid_on", evidence=True),
        step("退回", "已审核 已公示", "登记"),
        step("不予补贴", "登记 已审核 已公示", "不予补贴", needs="note"),
        closed="已兑付 不予补贴",
    ),
    serves=["SYS-142"],
)  # fmt: skip
