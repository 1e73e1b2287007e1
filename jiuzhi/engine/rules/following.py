"""How alarms follow the case they were handed over to: its end is noted with them, and nobody is urged about what is settled."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from jiuzhi.core import records
from jiuzhi.core.records import Actor
from jiuzhi.engine.cases.models import Case, CaseEvent

from .models import Episode, EpisodeEvent

K = CaseEvent.Kind


def follow(case: Case, actor: Actor, at: datetime) -> None:
    """Note with the alarms of ``case`` that it was closed, merged or opened again. An alarm that is still on counts as acknowledged with the
    closing: it is told again only when it fires anew."""
    last = case.events.last()
    if last is None:
        return
    if case.closed_at is not None and last.kind in (K.STEP, K.MERGED):
        said = (
            f"问题 {case.code} 已并入 {case.merged_into}"
            if case.merged_into
            else f"问题 {case.code} 已办结：{case.stage}"
        )
    elif case.closed_at is None and (
        last.kind == K.REOPENED or (last.kind == K.TAKEN_BACK and case.flow.stage(last.start).closed)
    ):
        said = f"问题 {case.code} 已重开：{case.stage}"
    else:
        return
    with transaction.atomic():
        for episode in Episode.objects.select_for_update().filter(case=case):
            _note(episode, case, said, actor, at)


def _note(episode: Episode, case: Case, said: str, actor: Actor, at: datetime) -> None:
    if case.merged_into is not None:
        episode.case = case.merged_into
    elif case.closed_at is not None and episode.cleared_at is None and episode.acked_at is None:
        episode.acked_by, episode.acked_at, episode.ack_note = actor.user, at, said[:200]
    records.save(episode, actor, said[:200])
    event = EpisodeEvent(
        episode=episode, at=at, kind=EpisodeEvent.Kind.NOTE, text=said[:300], user=actor.user
    )
    records.save(event, actor, "报警记录：问题的办结")
