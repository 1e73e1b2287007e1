"""Everything the demo shows: packs, simulated observations and reported values, people. Safe to interrupt and repeat."""

import hashlib
import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow.compute as pc
from django.conf import settings
from rich.progress import Progress

from jiuzhi.core import records
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Grant, Org, User
from jiuzhi.core.records import SYSTEM
from jiuzhi.core.registers import REGISTERS
from jiuzhi.engine.exchange import samples
from jiuzhi.engine.indicators.evaluate import evaluate
from jiuzhi.engine.observe import assessed, inbox, lake, quality
from jiuzhi.engine.observe.drain import drain
from jiuzhi.engine.plan import documents
from jiuzhi.engine.plan.judge import judge_plan
from jiuzhi.engine.plan.load import load_pack
from jiuzhi.engine.plan.models import Plan
from jiuzhi.engine.plan.reader import decode
from jiuzhi.interfaces import demo_people
from jiuzhi.interfaces.demo_people import LOGINS, PASSWORD
from jiuzhi.master.models import Device, Station

from . import demo_patrols, demo_work
from .simulate import register as register_instruments

START = date(2021, 1, 1)


def _marker() -> Path:
    return Path(settings.HOME) / "demo.json"


def _fingerprint() -> str:
    """Changes when the packs or the simulation change, so that an updated checkout rebuilds its demo."""
    digest = hashlib.sha256()
    base = Path(settings.BASE_DIR)
    roots = [
        Path(settings.PLANS_DIR),
        base / "simulate",
        base / "jiuzhi" / "domains",
        base / "jiuzhi" / "master",
    ]
    for path in sorted(p for root in roots for p in root.rglob("*") if p.suffix in {".csv", ".py"}):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def ready(as_of: date) -> bool:
    """Whether a whole demo of this checkout stands and reaches ``as_of``."""
    marker = _marker()
    if not marker.exists():
        return False
    facts = json.loads(marker.read_text())
    return facts.get("fingerprint") == _fingerprint() and facts.get("as_of", "") >= as_of.isoformat()


def build(as_of: date, progress: Progress, folder: Path | None) -> None:
    """Make the demo as of a day. A repeated call adds only what is missing."""
    _marker().unlink(missing_ok=True)
    packs = sorted(p for p in Path(settings.PLANS_DIR).iterdir() if (p / "pack.csv").exists())
    step = progress.add_task("载入规划包", total=len(packs))
    plans = []
    for pack in packs:
        plans.append(load_pack(pack, actor=SYSTEM, county=pack.name[:6]))
        progress.advance(step)
    if folder:
        keep_documents(folder)
    _people()
    demo_patrols.make(as_of)
    step = progress.add_task("载入台账样例", total=len(REGISTERS))
    samples.load_samples(SYSTEM, progress=lambda code: progress.advance(step))
    register_instruments([demo_people.LIVE_COUNTY])
    for plan in plans:
        _observations(plan, as_of, progress)
    _reports(as_of, progress)
    assess = progress.add_task("按标准评价", total=None)
    assessed.refresh(as_of)
    quality.refresh()
    progress.update(assess, total=1, completed=1)
    step = progress.add_task("填报与研判", total=len(plans))
    for plan in plans:
        _reported(plan, as_of)
        evaluate(plan.county, as_of, actor=SYSTEM)
        judge_plan(plan, as_of, actor=SYSTEM)
        progress.advance(step)
    step = progress.add_task("问题、节点与评分", total=len(plans))
    for plan in plans:
        demo_work.build(plan, as_of)
        progress.advance(step)
    _marker().write_text(json.dumps({"as_of": as_of.isoformat(), "fingerprint": _fingerprint()}))


def keep_documents(folder: Path) -> None:
    """Keep those documents of ``folder`` from which a current plan was read; others are left alone."""
    wanted = set(Plan.objects.filter(current=True).values_list("sha256", flat=True))
    for path in sorted(folder.iterdir()):
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() in wanted:
            document = decode(path)
            documents.keep(document.text, document.sha256)


def _observations(plan: Plan, as_of: date, progress: Progress) -> None:
    import simulate

    # Only the plan's own: what instruments measure comes over the gateway.
    reporting = Device.objects.exclude(station=None).values("station")
    stations = list(Station.objects.filter(county=plan.county).exclude(pk__in=reporting))
    months = (as_of.year - START.year) * 12 + as_of.month
    step = progress.add_task(f"模拟{plan.county.name}观测", total=months)
    # One Delta application per county, numbered by the last hour taken in, so that a later demo adds the new hours only.
    app = f"simulate-{plan.county.code}"
    hour = lake.last_version(app)
    first = START if hour is None else datetime.fromtimestamp(hour * 3600, LOCAL).date()
    # Instruments have not yet measured the rest of today.
    now = datetime.now(LOCAL)
    until = now if as_of >= now.date() else as_of
    if first <= as_of:
        for table in simulate.observations(plan.county.code, stations, first, until):
            lake.append(table, app=app, version=int(pc.max(table["time"]).as_py().timestamp()) // 3600)
            progress.advance(step)
    progress.update(step, completed=months)


def _reports(as_of: date, progress: Progress) -> None:
    """What the instruments sent since the day before, as the gateway would have kept it, so that their pages have something to show."""
    import simulate

    step = progress.add_task("模拟设备报文", total=None)
    start = datetime.combine(as_of - timedelta(days=1), datetime.min.time())
    until = min(datetime.now(LOCAL).replace(tzinfo=None), start + timedelta(days=2))
    sent = [
        (one.code, one.protocol, int(moment.replace(tzinfo=LOCAL).timestamp() * 1000), 0, raw)
        for one, moment, raw in simulate.history(demo_people.LIVE_COUNTY, start, until)
    ]
    with inbox.opened() as database, inbox.committing(database):
        inbox.add(database, sent)
    drain()
    progress.update(step, total=1, completed=1)


def _reported(plan: Plan, as_of: date) -> None:
    import simulate
    from jiuzhi.engine.indicators.models import ReportedValue

    if ReportedValue.objects.filter(commitment__plan=plan).exists():
        return
    with records.change_set(SYSTEM, ReportedValue, plan.county.code, "演示用模拟填报值") as facts:
        facts["rows"] = records.bulk_create(simulate.reported_values(plan, as_of))


def _people() -> None:
    for name, title, code, role in LOGINS:
        org = Org.objects.filter(code=code).first()
        if org is None:  # the pack names no such unit
            continue
        user = User.objects.filter(username=name).first()
        if user is None:
            user = User(username=name, first_name=title)
            user.set_password(PASSWORD)
            records.save(user, SYSTEM, "演示用户")
        if not Grant.objects.filter(user=user, role=role, org=org).exists():
            records.save(Grant(user=user, role=role, org=org), SYSTEM, "演示用户")
