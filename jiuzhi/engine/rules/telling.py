"""Who is told of an alarm, how often, and what is opened. One event is told once, however many alarms it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from django.db import transaction

from jiuzhi.core import records
from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.notify.tell import tell as tell_people

from . import episodes
from .declare import ESCALATION, SEVERITIES, Finding
from .episodes import Happening
from .hysteresis import CLEARED, FIRED, REJOINED, Event
from .models import Episode, EpisodeEvent
from .tuning import is_quiet, opens_case

if TYPE_CHECKING:
    from .look import Look

STORM = 5  # so many alarms of one rule in one look are told in one sentence
_WHOM = {1: ("leader",), 2: ("leader", "plan_officer")}


def tell(look: Look, happened: Sequence[Happening]) -> None:
    """Open cases and tell people of ``happened``, also of what an evaluation that was stopped had written: nobody is told twice."""
    for one in happened:
        workflow = opens_case(one.rule, look) if one.event.kind in (FIRED, REJOINED) else ""
        # What came back after its case was closed has a new one.
        if workflow and (one.episode.case is None or not one.episode.case.open):
            episodes.hand_over(one.episode, workflow, SYSTEM, at=look.now)
    _tell_people(look, happened)


def after_quiet_hours(look: Look) -> None:
    """Tell of what began within quiet hours, once they are over, and is still on. Safe to repeat: nobody is told twice."""
    waiting = []
    recent = Episode.objects.filter(
        county=look.county, cleared_at=None, noticed_at__gte=look.now - timedelta(hours=24)
    )
    for episode in recent.select_related("org", "county").order_by("pk"):
        rule = episode.declared
        own = look.settings.get(episode.rule)
        if rule is None or not is_quiet(rule, own, episode.noticed_at) or is_quiet(rule, own, look.now):
            continue
        event = Event(FIRED, episode.fired_at, episode.fired_at, episode.since, episode.level, 0)
        waiting.append(Happening(rule, Finding(episode.subject, episode.name), event, episode))
    _tell_people(look, waiting)


def _tell_people(look: Look, happened: Sequence[Happening]) -> None:
    ordered = sorted(happened, key=lambda h: (h.rule.code, h.event.kind == CLEARED))
    for (_code, over), found in groupby(ordered, key=lambda h: (h.rule.code, h.event.kind == CLEARED)):
        listed = list(found)
        if len(listed) > STORM:
            _in_one(look, listed, over)
        else:
            for one in listed:
                _each(look, one, over)


def _each(look: Look, one: Happening, over: bool) -> None:
    episode, rule = one.episode, one.rule
    if not over and _said_already(episode):
        return
    if is_quiet(rule, look.settings.get(rule.code), look.now):
        return
    word = "已解除" if over else episodes.severity_word(episode)
    tell_people(
        episode.org, rule.tells, f"【{word}】{rule.title}：{episode.name}", episodes.explained(episode), at=look.now, topic="alert",
        link=f"alert:{episode.pk}", key=f"{one.event.kind}:{episode.pk}:{one.event.at.astimezone(UTC).isoformat()}", severity=rule.severity,
        synthetic=episode.synthetic,
    )  # fmt: skip


def _said_already(episode: Episode) -> bool:
    """Whether people know of the same event by another alarm of its group that is on."""
    others = Episode.objects.filter(group=episode.group, cleared_at=None, pk__lt=episode.pk)
    return others.filter(severity=episode.severity, level__gte=episode.level).exists()


def _in_one(look: Look, listed: Sequence[Happening], over: bool) -> None:
    rule, first = listed[0].rule, listed[0].episode
    if is_quiet(rule, look.settings.get(rule.code), look.now):
        return
    names = "、".join(h.episode.name for h in listed[:STORM])
    tell_people(
        look.county, rule.tells, f"【{'已解除' if over else SEVERITIES[rule.severity]}】{rule.title} {len(listed)} 处",
        f"{names} 等 {len(listed)} 处。{rule.why}\n处置建议：{rule.fix}", at=look.now, topic="alert", link=f"alerts:{look.county.code}:{rule.code}",
        key=f"storm:{rule.code}:{first.pk}:{over}", severity=rule.severity, synthetic=any(h.episode.synthetic for h in listed),
    )  # fmt: skip


def escalate(look: Look) -> int:
    """Take alarms that nobody acknowledged in time one step up. Returns how many."""
    done = 0
    waiting = Episode.objects.filter(county=look.county, cleared_at=None, acked_at=None, escalated__lt=2)
    for episode in waiting.select_related("org", "county"):
        steps = ESCALATION.get(episode.severity, ())
        due = sum(look.now - episode.noticed_at >= after for after in steps)
        if due <= episode.escalated:
            continue
        rule = episode.declared
        if rule is not None and is_quiet(rule, look.settings.get(rule.code), look.now):
            continue
        for step in range(
            episode.escalated + 1, due + 1
        ):  # whoever a step names hears of it, also when two are due at once
            _one_up(look, episode, step)
        done += 1
    return done


def _one_up(look: Look, episode: Episode, step: int) -> None:
    with transaction.atomic():
        episode = Episode.objects.select_for_update().get(pk=episode.pk)
        if episode.acked_at is not None or episode.cleared_at is not None:  # meanwhile
            return
        episode.escalated = step
        records.save(episode, SYSTEM, f"提级 {step}")
        to = "单位负责人" if step == 1 else "县级领导"
        event = EpisodeEvent(
            episode=episode, at=look.now, kind=EpisodeEvent.Kind.ESCALATED, text=f"未确认，提级至{to}"
        )
        records.save(event, SYSTEM, "报警提级")
    tell_people(
        episode.org if step == 1 else look.county, _WHOM[step], f"【提级】{episode.title}：{episode.name}", episodes.explained(episode),
        at=look.now, topic="alert", link=f"alert:{episode.pk}", key=f"escalated:{episode.pk}:{step}", severity=episode.severity,
        synthetic=episode.synthetic,
    )  # fmt: skip
