"""生态文化 registers."""

from jiuzhi.core.registers import Register
from jiuzhi.core.registers.lifecycle import lifecycle, step

from .models import Heritage, Venue

CHECKERS = "plan_officer unit admin"

heritage = Register(
    model=Heritage, about="文物、名镇、传统村落、非遗、农业文化遗产一处一档；位置对未授权人模糊到 5 公里，公开页没有坐标。",
    columns=["code", "name", "kind", "level", "condition", "assessed_on", "patrolled_on", "state", "org"],
    public=["name", "kind", "category", "folk_class", "era", "level", "use", "red", "state"],
    sensitive=["guard", "phone", "threats"], blur_km=5, lookup=["name"],
    public_states="已登记 已公布 修缮中 已撤销",
    lifecycle=lifecycle(
        step("登记", "线索", "已登记", needs="era ownership condition", evidence=True),
        step("公布", "已登记", "已公布", roles=CHECKERS, needs="level paper announced_on keeper", evidence=True),
        step("开始修缮", "已登记 已公布", "修缮中", roles=CHECKERS, needs="plan_no", evidence=True),
        step("修缮验收", "修缮中", "已公布", roles=CHECKERS, needs="condition assessed_on level", evidence=True, other_person=True),
        step("撤销", "*", "已撤销", roles=CHECKERS, needs="note", evidence=True),
        closed="已撤销",
    ),
    serves=["SYS-192", "SYS-193", "SYS-191"],
)  # fmt: skip

venue = Register(
    model=Venue, about="文化场馆、科普教育基地、环保开放设施：命名、开放、场次、到场人数；线上观看不计入到场。",
    columns=["code", "name", "kind", "built", "opened_on", "sessions", "visitors", "state", "org"],
    public=["name", "kind", "theme", "built", "free", "hours", "booking", "opened_on", "state", "lon", "lat"],
    sensitive=["contact", "phone"], holder="enterprise__unit", lookup=["name"],
    public_states="开放 暂停 停办",
    lifecycle=lifecycle(
        step("对外开放", "登记 暂停", "开放", needs="hours capacity"),
        step("暂停开放", "开放", "暂停", needs="note"),
        step("停办", "*", "停办", roles=CHECKERS),
        closed="停办", expires="valid_to", renew_days=90,
    ),
    serves=["SYS-196"],
)  # fmt: skip
