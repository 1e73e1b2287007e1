"""What becomes of an alarm: written once, told once for all that are one event, acknowledged, escalated, handed over as a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q

from jiuzhi.core import access, files, records
from jiuzhi.core.models import Org
from jiuzhi.core.records import SYSTEM, Actor
from jiuzhi.engine.reports.words import plain

from .declare import LEVELS, SEVERITIES, Finding, Rule
from .hysteresis import BAD, CLEARED, FIRED, LEVEL, REJOINED, Event, Memory
from .models import AfterTheFact, Episode, EpisodeEvent

if TYPE_CHECKING:
    from .expand import Watched
    from .look import Look
    from .watching import Seen

K = EpisodeEvent.Kind
_MILLIONTH = Decimal("0.000001")


@dataclass(frozen=True)
class Happening:
    """An event of the automaton with what it was about, and the episode it was written into."""

    rule: Rule
    finding: Finding
    event: Event
    episode: Episode
    fresh: bool = True  # False: it had been written before, by an evaluation that was stopped

    @property
    def begins(self) -> bool:
        return self.fresh and self.event.kind in (FIRED, REJOINED)


def of_value(look: Look, one: Watched, row: Seen, event: Event) -> Happening:
    """Write what a value brought about."""
    t = one.threshold
    value = Decimal(row.scaled or 0).scaleb(-6)
    sign = -1 if t.below else 1
    passed = [limit for limit, _level in t.limits if sign * (value - limit) >= 0] or [t.limits[0][0]]
    station = look.station(t.station)
    finding = Finding(
        t.subject, t.name, value=value, limit=passed[-1], unit=t.unit, level=event.level,
        org=t.org or look.county, station=t.station, at=row.time, basis=t.basis, synthetic=t.synthetic or row.synthetic,
        point=(station.lon, station.lat) if station else None, place=str(station or ""),
        text=f"{'低于' if t.below else '超过'}{'或等于' if t.equal else ''}限值",
        rows=[{"series": [t.station, t.item, t.kind]}],
    )  # fmt: skip
    return write(look, one.rule, finding, event)


def write(look: Look, rule: Rule, finding: Finding, event: Event) -> Happening:
    """Write an event into its episode: a new one, or the one it belongs to. Written twice it stands once."""
    with transaction.atomic():
        # Held, so that an acknowledgement made meanwhile is not written over.
        found = (
            Episode.objects.select_for_update()
            .filter(county=look.county, rule=rule.code, subject=finding.subject, fired_at=event.episode)
            .first()
        )
        if event.kind == FIRED and found is None:
            return Happening(rule, finding, event, _begin(look, rule, finding, event))
        if found is None:  # its episode was begun before a memory that is lost
            found = _begin(look, rule, finding, event._replace(kind=FIRED, at=event.episode))
        fresh = not found.events.filter(kind=event.kind, at=event.at).exists()
        if fresh:
            _go_on(found, rule, finding, event)
        return Happening(rule, finding, event, found, fresh)


def _begin(look: Look, rule: Rule, finding: Finding, event: Event) -> Episode:
    lon, lat = finding.point or (None, None)
    # Without a place every subject is an event of its own: a unit with two late tasks hears of both.
    where = finding.station or finding.place or finding.subject
    episode = Episode(
        county=look.county, org=finding.org or look.county, rule=rule.code, subject=finding.subject[:160], name=finding.name[:160],
        severity=rule.severity, level=event.level, cause=rule.cause, place=finding.place[:160],
        group=f"{look.county.code}:{rule.cause}:{where}"[:120], station=look.station(finding.station) if finding.station else None,
        lon=lon, lat=lat, since=event.since, fired_at=event.at, noticed_at=look.now, value=_six(finding.value), worst=_six(finding.value),
        limit=_six(finding.limit), unit=finding.unit, basis=(finding.basis or " ".join(filter(None, (rule.standard, rule.basis))))[:200],
        text=finding.text[:300], synthetic=finding.synthetic,
        facts={"rows": [dict(r) for r in finding.rows], "fire": rule.fire, "clear": rule.clear},
    )  # fmt: skip
    records.save(episode, SYSTEM, f"报警：{rule.title}"[:200])
    _event(episode, K.FIRED, event.at, finding.text, finding.value)
    return episode


def six(value: Decimal) -> Decimal:
    """A value as an episode keeps it."""
    return Decimal(value).quantize(_MILLIONTH)


def _six(value: Decimal | None) -> Decimal | None:
    return None if value is None else six(value)


def _event(
    episode: Episode,
    kind: Any,
    at: datetime,
    text: str = "",
    value: Decimal | None = None,
    actor: Actor = SYSTEM,
) -> EpisodeEvent:
    event = EpisodeEvent(
        episode=episode,
        at=at,
        kind=kind,
        text=files.printable(text).strip()[:300],
        value=_six(value),
        user=actor.user,
    )
    records.save(event, actor, f"报警记录：{event.get_kind_display()}")
    return event


def _go_on(episode: Episode, rule: Rule, finding: Finding, event: Event) -> None:
    if event.kind == CLEARED:
        episode.cleared_at = event.at
        _event(episode, K.CLEARED, event.at, finding.text, finding.value)
    elif event.kind == REJOINED:
        episode.cleared_at, episode.times = None, episode.times + 1
        episode.level = max(episode.level, event.level)
        _event(episode, K.REJOINED, event.at, finding.text, finding.value)
    elif event.kind == LEVEL:
        episode.level = max(episode.level, event.level)  # the worst value is kept by `upkeep.worsened`
        episode.acked_at = episode.acked_by = None  # somebody must look again
        _event(episode, K.LEVEL, event.at, f"升为{LEVELS[event.level]}色", finding.value)
    records.save(episode, SYSTEM, f"报警：{rule.title}"[:200])


def note_after_the_fact(look: Look, one: Watched, row: Seen, held: Memory) -> AfterTheFact | None:
    """Keep a value that came late or was revised, where it would have changed an alarm: bad without one, or good within one."""
    bad = row.usable and one.verdict(row.scaled or 0, row.qualifier)[0] == BAD
    t, rule = one.threshold, one.rule
    within = Episode.objects.filter(
        county=look.county, rule=rule.code, subject=t.subject, since__lte=row.time
    )
    episode = within.filter(cleared_at=None).first() or within.filter(cleared_at__gte=row.time).first()
    if bad == (episode is not None) and not (episode is not None and row.revision > 1):
        return None
    known = AfterTheFact.objects.filter(
        county=look.county, rule=rule.code, subject=t.subject, time=row.time, revision=row.revision
    )
    if known.exists():
        return None
    came = "修订" if row.revision > 1 else "迟到"
    said = f"{came}的值{'越限' if bad else '不越限' if row.usable else '不可用'}，{'当时有报警' if episode else '当时没有报警'}：请核对后处理"
    value = Decimal(row.scaled).scaleb(-6) if row.scaled is not None else None
    found = AfterTheFact(
        county=look.county, org=t.org or look.county, rule=rule.code, subject=t.subject, name=t.name, time=row.time, revision=row.revision, value=value,
        limit=_six(t.limits[0][0]), unit=t.unit, bad=bad, text=said, episode=episode, noticed_at=look.now,
        synthetic=t.synthetic or row.synthetic,
    )  # fmt: skip
    records.save(found, SYSTEM, f"事后数据：{rule.title}"[:200])
    if episode is not None:
        _event(episode, K.REVISED, look.now, said, value)
    return found


# --- what people do ---


def acknowledge(episode: Episode, text: str, actor: Actor, *, at: datetime) -> None:
    """Say that somebody has it in hand. Errors: ``PermissionDenied``, ``ValidationError``."""
    _may(actor, "answer_alert", episode)
    with transaction.atomic():
        now = Episode.objects.select_for_update().get(pk=episode.pk)
        if now.acked_at is not None:
            raise ValidationError(f"{now.acked_by or '系统'}已经确认过：不必重复确认。")
        now.acked_by, now.acked_at, now.ack_note = actor.user, at, files.printable(text).strip()[:200]
        records.save(now, actor, f"确认报警：{text}"[:200])
        _event(now, K.ACKED, at, text, actor=actor)
    episode.refresh_from_db()


def remark(episode: Episode, text: str, actor: Actor, *, at: datetime) -> None:
    _may(actor, "answer_alert", episode)
    if not files.printable(text).strip():
        raise ValidationError("请写批注。")
    _event(episode, K.NOTE, at, text, actor=actor)


def decide_later(found: AfterTheFact, decision: str, actor: Actor, *, at: datetime) -> None:
    """Note what a person decided of a value that came late or was revised. Errors: ``PermissionDenied``, ``ValidationError``."""
    if actor.user is not None and not access.can(
        actor.user, "answer_alert", found.org or found.county, found.rule
    ):
        raise PermissionDenied(f"没有权限处理事后数据：需要{found.org or found.county}或其上级的相应角色。")
    text = files.printable(decision).strip()
    if not text:
        raise ValidationError("请写明怎样处理，如“数据已核实，不补报警”。")
    if found.decided_at is not None:
        raise ValidationError("这一条已经处理过。")
    found.decision, found.decided_by, found.decided_at = text[:200], actor.user, at
    records.save(found, actor, f"处理事后数据：{text}"[:200])


def _may(actor: Actor, action: str, episode: Episode) -> None:
    if actor.user is not None and not access.can(actor.user, action, episode.org, episode.rule):
        raise PermissionDenied(f"没有权限{access.WORDS[action]}：需要{episode.org}或其上级的相应角色。")


def hand_over(episode: Episode, workflow: str, actor: Actor, *, at: datetime, org: Org | None = None) -> Any:
    """Open the case of an alarm, or return the one that is open: of this alarm, or of another of the same event.

    Errors: ``PermissionDenied`` when that one is not the person's to work on.
    """
    from jiuzhi.engine.cases import work

    with transaction.atomic():
        now = Episode.objects.select_for_update().get(pk=episode.pk)
        case = _open_case(now, workflow)
        if case is not None:
            _may_join(actor, now, case)
        else:
            case = work.open_case(
                workflow, org or now.org, f"{now.title}：{now.name}"[:160], actor, at=at, detail=explained(now), source="监测报警",
                kind=now.cause, risk=risk(now), place=now.place,
                point=(now.lon, now.lat) if now.lon is not None and now.lat is not None else None, found_at=now.fired_at, basis=now.basis,
                origin=origin(now, workflow), synthetic=now.synthetic, **links(now),
            )  # fmt: skip
        join(now, case, actor, at=at)
    episode.refresh_from_db()
    return case


def _open_case(episode: Episode, workflow: str) -> Any:
    """The open case of an alarm, of another alarm of the same event, or of the event itself; None without one."""
    from jiuzhi.engine.cases.models import Case

    own = episode.case
    while own is not None and own.merged_into is not None:
        own = own.merged_into
    if own is not None and own.open:
        return own
    of_county = Case.objects.filter(county=episode.county, workflow=workflow, closed_at=None)
    of_event = Q(episodes__group=episode.group) | Q(origin=origin(episode, workflow))
    return of_county.filter(of_event).order_by("pk").first()


def _may_join(actor: Actor, episode: Episode, case: Any) -> None:
    from jiuzhi.engine.cases import rights

    _may(actor, "open_case", episode)
    if not rights.works_on(actor.user, case):
        raise PermissionDenied(
            f"同一事件的问题已由{case.org}办理，您没有办理它的权限：请联系{case.org}或上级。"
        )


def free(episode: Episode, workflow: str, actor: Actor) -> Episode:
    """The alarm, held until the transaction ends, for a case that is registered by hand. Errors: ``PermissionDenied``; ``ValidationError``
    when the event already has an open case, so that it is not registered twice."""
    episode = Episode.objects.select_for_update().get(pk=episode.pk)
    _may(actor, "open_case", episode)
    if (case := _open_case(episode, workflow)) is not None:
        raise ValidationError(f"这个报警已有在办的问题 {case.code}：请在那里办理，不必再登记。")
    return episode


def join(episode: Episode, case: Any, actor: Actor, *, at: datetime) -> None:
    """Note that an alarm is handled in ``case``. Joined twice it is noted once."""
    if episode.case_id == case.pk:
        return
    episode.case = case
    records.save(episode, actor, "报警转办")
    _event(episode, K.CASE, at, str(case), actor=actor)


def origin(episode: Episode, workflow: str) -> str:
    """By which the case of an event is opened once."""
    return f"group:{episode.group}:{workflow}"[:120]


def risk(episode: Episode) -> str:
    return "高" if episode.severity in ("high", "critical") else "中"


def links(episode: Episode) -> dict[str, Any]:
    """The record and the commitment the alarm rests on."""
    rows = episode.facts.get("rows", [])
    record = next((r["record"] for r in rows if "record" in r), None)
    commitment = next((r["commitment"] for r in rows if "commitment" in r), None)
    return {
        "register": record[0] if record else "",
        "record": record[1] if record else None,
        "commitment_id": commitment,
    }


def explained(episode: Episode) -> str:
    """Why, and how to mend it, in the words of the rule and with the numbers of the alarm."""
    rule = episode.declared
    number = ""
    if episode.value is not None:
        number = f"触发值 {plain(episode.value)} {episode.unit}".strip()
        if episode.limit is not None:
            number += f"，限值 {plain(episode.limit)} {episode.unit}".rstrip()
    said = [
        episode.text,
        number,
        rule.why if rule else "",
        f"处置建议：{rule.fix}" if rule else "",
        episode.basis,
    ]
    return "\n".join(filter(None, said))


def severity_word(episode: Episode) -> str:
    return f"{episode.level_word}色" if episode.level else SEVERITIES[episode.severity]
