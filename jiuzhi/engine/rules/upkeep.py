"""Keeping open alarms true between their events: the worst value so far, and the end of those nobody watches any more."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from jiuzhi.core import records
from jiuzhi.core.records import SYSTEM

from . import declare, episodes
from .declare import Finding
from .episodes import Happening
from .hysteresis import CLEARED, Event
from .look import Look
from .memory import Key
from .models import Episode, EpisodeEvent
from .tuning import is_active

At = tuple[str, str, datetime]  # rule, subject, when the episode fired


def worsened(look: Look, seen: Mapping[At, tuple[Decimal, bool]]) -> None:
    """Let the worst value of episodes follow ``seen``: (the worst of an evaluation, whether less is worse)."""
    if not seen:
        return
    subjects, fired = {key[1] for key in seen}, {key[2] for key in seen}
    # Also those that cleared within the same evaluation.
    for episode in Episode.objects.filter(county=look.county, subject__in=subjects, fired_at__in=fired):
        value, below = seen.get((episode.rule, episode.subject, episode.fired_at), (None, False))
        if value is None:
            continue
        value = episodes.six(value)
        with transaction.atomic():  # read again: somebody may have acknowledged it meanwhile
            held = Episode.objects.select_for_update().get(pk=episode.pk)
            if held.worst is None or (value < held.worst if below else value > held.worst):
                held.worst = value
                records.save(held, SYSTEM, "报警：最重值")


def unwatched(
    look: Look, subjects: Collection[Key], failed: Collection[str]
) -> list[tuple[Key, Happening | None]]:
    """Clear the open alarms of values that none of ``subjects`` (rule, subject) watches any more, and those of rules there are no longer,
    with a sentence that says why. failed: rules that could not be told, whose alarms stay. A rule there is no longer tells nobody."""
    gone: list[tuple[Key, Happening | None]] = []
    for episode in Episode.objects.filter(county=look.county, cleared_at=None).select_related(
        "station", "org"
    ):
        key, rule = (episode.rule, episode.subject), declare.RULES.get(episode.rule)
        if rule is not None and (not rule.watches or episode.rule in failed or key in subjects):
            continue
        if rule is None:
            _end(episode, look.now)
            gone.append((key, None))
            continue
        why = (
            "规则已停用" if not is_active(rule, look)
            else "点位已撤销" if episode.station is None
            else "限值已取消（点位、考核类别、台账或许可有变化）"
        )  # fmt: skip
        finding = Finding(episode.subject, episode.name, f"{why}：不再判断，报警解除", org=episode.org)
        ended = Event(CLEARED, look.now, episode.fired_at, episode.since, episode.level, 0)
        gone.append((key, episodes.write(look, rule, finding, ended)))
    return gone


def _end(episode: Episode, now: datetime) -> None:
    """Clear an alarm whose rule is gone."""
    with transaction.atomic():
        held = Episode.objects.select_for_update().get(pk=episode.pk)
        held.cleared_at = now
        records.save(held, SYSTEM, "报警解除：规则已不再使用")
        event = EpisodeEvent(
            episode=held,
            at=now,
            kind=EpisodeEvent.Kind.CLEARED,
            text="这条规则已不再使用：不再判断，报警解除",
        )
        records.save(event, SYSTEM, "报警记录：解除")
