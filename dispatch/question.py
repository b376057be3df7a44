"""Question: everything that was asked when a suggestion was made, so that it can be asked again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from dispatch.city_coverage import CityCoverage
from dispatch.incident import Incident
from dispatch.lineup import STALE_AFTER_S
from dispatch.policy import Policy
from dispatch.policy_file import as_policy
from dispatch.suggestion import Suggestion, suggest
from dispatch.weighing import MOST_PROPOSALS, Weighed, weigh_up
from dispatch.whereabouts import Whereabouts


@dataclass(frozen=True, slots=True)
class Counted:
    """
    From what coverage had been counted when its price was asked for.

    Attributes
    ----------
    now
        The instant for which it was counted.
    weight_version, arrival_model
        Versions of the roads and of the model of arrivals.
    """

    now: datetime
    weight_version: str
    arrival_model: str | None

    @classmethod
    def of(cls, covered: CityCoverage) -> Counted:
        """
        Note from what coverage was counted.

        Parameters
        ----------
        covered
            What is covered.

        Returns
        -------
        counted
            Together with the frozen whereabouts enough to count it again.
        """
        city = covered.whereabouts.city
        model = city.arrival_model
        return cls(covered.now, city.weight_version, model.version if model else None)


@dataclass(frozen=True, slots=True)
class Question:
    """
    A question as it was asked.

    Attributes
    ----------
    incident
        What is reported, and where.
    now
        The instant for which it was asked.
    policy, k, arrival_target_s, stale_after_s, asked_by, routes
        See `dispatch.suggestion.suggest`.
    counted
        From what coverage had been counted, or None where its price was not asked for.
    """

    incident: Incident
    now: datetime
    policy: Policy = field(default_factory=lambda: as_policy("nearest"))
    k: int = MOST_PROPOSALS
    arrival_target_s: float | None = None
    stale_after_s: float = STALE_AFTER_S
    asked_by: str | None = None
    routes: int | None = None
    counted: Counted | None = None

    def nameless(self) -> Question:
        """
        Leave out whatever a person said, who reported among it; no number comes from that.

        Returns
        -------
        question
            Has the same answer.
        """
        return replace(self, incident=replace(self.incident, reporter=None, text=""))


def ask(
    question: Question, whereabouts: Whereabouts, covered: CityCoverage | None = None
) -> Suggestion:
    """
    Ask a question.

    Parameters
    ----------
    question
        The question.
    whereabouts
        Where the officers are, or were when it was asked first.
    covered
        What is covered, or was, if its price is asked for.

    Returns
    -------
    suggestion
        The answer; see `dispatch.suggestion.suggest`, also for what it raises.
    """
    return suggest(
        question.incident,
        whereabouts,
        now=question.now,
        policy=question.policy,
        k=question.k,
        arrival_target_s=question.arrival_target_s,
        stale_after_s=question.stale_after_s,
        asked_by=question.asked_by,
        routes=question.routes,
        covered=covered,
    )


def look_again(
    question: Question, whereabouts: Whereabouts, covered: CityCoverage | None = None
) -> Weighed:
    """
    Weigh the crews up once more without drawing an answer up.

    Parameters
    ----------
    question
        The question.
    whereabouts
        Where the officers are, or were when it was asked first.
    covered
        What is covered, or was, if its price was asked for.

    Returns
    -------
    weighed
        What the answer is drawn up from.
    """
    return weigh_up(
        question.incident,
        whereabouts,
        now=question.now,
        policy=question.policy,
        k=question.k,
        arrival_target_s=question.arrival_target_s,
        stale_after_s=question.stale_after_s,
        covered=covered,
    )
