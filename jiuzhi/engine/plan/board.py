"""What the screens and reports read of a plan on a day. Judgements are stored rows; here they are only read and arranged.

Public functions (all cheap: at most a dozen queries each, no calculation over observations):
- `latest_as_of(plan) -> date | None`
- `scoreboard(plan, as_of=None) -> Scoreboard`
- `commitment_view(commitment, as_of=None) -> CommitmentView`
- `tree(plan, as_of=None) -> PlanTree`
- `commitments(plan, as_of=None) -> list[CommitmentItem]`  (targets with their state, in the plan's order)
- `today(county_code) -> Today`

The dataclasses stand in `board_models.py` and are re-exported here.
"""

from .board_models import *  # noqa: F403
