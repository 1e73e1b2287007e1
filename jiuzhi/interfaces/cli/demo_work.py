"""What units of the demo have done: milestones of tasks, and two months that were scored. All simulated, safe to repeat."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from jiuzhi.core import periods, records
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org
from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.cases import work
from jiuzhi.engine.cases.models import Case
from jiuzhi.engine.plan.models import Milestone, Plan
from jiuzhi.engine.rules import standing
from jiuzhi.engine.scoring import compute, defaults
from jiuzhi.engine.scoring.models import ScoreMonth
from jiuzhi.master.models import Station

# title, days from the day of the demo, done
_STEPS = (
    ("完成方案报批", -120, True),
    ("完成招标", -20, False),
    ("主体完工", 25, False),
    ("验收", 200, False),
)


def build(plan: Plan, as_of: date) -> None:
    """Milestones for the first tasks that have an owner, the starting scorecards, the last two months published and locked."""
    _milestones(plan, as_of)
    last = periods.month_before(f"{as_of:%Y-%m}")
    before = periods.month_before(last)
    defaults.begin(plan.county, before, SYSTEM)
    now = datetime.combine(as_of, time(9), LOCAL)
    _cases(plan, now)
    _complaints(plan, now)
    standing.look_at(plan.county, now)
    for month in (before, last):
        if ScoreMonth.objects.filter(county=plan.county, month=month).exists():
            continue
        held = compute.compute(plan.county, month, SYSTEM, now=now)
        if month == before:
            compute.publish(held, SYSTEM, now=now - timedelta(days=20))
            compute.lock(held, SYSTEM, now=now)
        else:
            compute.publish(held, SYSTEM, now=now)


# title, part of the name of the unit it is given to, days since it was found, steps taken
_CASES = (
    ("河道边堆放建筑垃圾", "水利", 75, ("交办",)), ("污水管网破损渗漏", "住房", 60, ("交办", "报方案")), ("采石场未按方案复绿", "自然资源", 20, ()),
    ("秸秆露天焚烧反复出现", "农业", 8, ("交办", "报方案")), ("水源地标识牌缺失", "生态环境", 3, ("交办",)), ("养殖场粪污溢流", "农业", 1, ()),
)  # fmt: skip


def _cases(plan: Plan, now: datetime) -> None:
    """Problems at several stages and colours, each found at its place and given to a unit."""
    if Case.objects.filter(county=plan.county, source="演示").exists():
        return
    units = list(Org.objects.filter(path__startswith=plan.county.path, kind="department"))
    stations = list(
        Station.objects.filter(county=plan.county).exclude(lon=None).order_by("code")[: len(_CASES) - 1]
    )
    towns = list(Org.objects.filter(path__startswith=plan.county.path, kind="township")[: len(stations)])
    for n, (title, word, days, steps) in enumerate(_CASES):
        near = stations[n] if n < len(stations) else None  # the last has no place
        at = now - timedelta(days=days)
        org = next((u for u in units if word in u.name), plan.county)
        case = work.open_case(
            "rectification",
            org,
            title,
            SYSTEM,
            at=at,
            source="演示",
            detail="演示用的模拟问题。",
            synthetic=True,
            place=f"{towns[n]}，{near}附近" if near and n < len(towns) else "",
            point=(near.lon, near.lat) if near else None,
        )
        for k, step in enumerate(steps, 1):
            work.take(case, step, SYSTEM, at=at + timedelta(hours=4 * k), words="模拟办理")


# what people complained of, days since, days until the township said it was done (more than 45 is too late)
_COMPLAINTS = (
    ("餐馆油烟扰民", 80, 22), ("工地夜间施工噪声", 105, 62), ("河道漂浮垃圾", 74, 20), ("散养鸡鸭污染水井", 71, 15), ("垃圾点清运不及时", 100, 66),
    ("砂石车带泥上路", 66, 24), ("养猪场臭味", 60, 15), ("污水管冒溢", 130, 60), ("焚烧秸秆冒烟", 45, 9), ("弃土堵塞沟渠", 28, 18),
)  # fmt: skip


def _complaints(plan: Plan, now: datetime) -> None:
    """Complaints answered by townships over the last months, some too late: the scores of two months rest on them."""
    if Case.objects.filter(county=plan.county, workflow="complaint", source="演示").exists():
        return
    townships = list(
        Org.objects.filter(path__startswith=plan.county.path, kind="township")[: len(_COMPLAINTS)]
    )
    for (title, days, took), org in zip(_COMPLAINTS, townships, strict=False):
        at = now - timedelta(days=days)
        case = work.open_case(
            "complaint", org, title, SYSTEM, at=at, source="演示", detail="演示用的模拟投诉。", synthetic=True
        )
        work.take(case, "受理交办", SYSTEM, at=at + timedelta(days=1), org=org, words="模拟办理")
        work.take(
            case, "报办理结果", SYSTEM, at=at + timedelta(days=1 + took), words="已到现场处理，模拟结果"
        )
        said = {"words": "模拟办理", "answer": "已处理，感谢反映。"}
        work.take(case, "答复反映人", SYSTEM, at=at + timedelta(days=3 + took), **said)
        work.take(case, "反映人满意或逾期未评", SYSTEM, at=at + timedelta(days=4 + took), words="模拟评价")


def _milestones(plan: Plan, as_of: date) -> None:
    if Milestone.objects.filter(county=plan.county).exists():
        return
    owned = list(plan.tasks.exclude(owner=None).select_related("owner")[:8]) or list(plan.tasks.all()[:8])
    for n, task in enumerate(owned):
        for title, days, done in _STEPS[n % 3 :]:
            due = as_of + timedelta(days=days + 5 * n)
            one = Milestone(
                org=task.owner or plan.county, task=task.code, title=title, due_on=due, done_on=due if done and due <= as_of else None,
                next_step="" if done else "与设计单位对接，月底前报进度", synthetic=True,
            )  # fmt: skip
            records.save(one, SYSTEM, "演示用模拟节点")
