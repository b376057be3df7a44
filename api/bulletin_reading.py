"""A bulletin's content as a person reads it: figures as texts, names and dates in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from dispatch.bulletin import Scope
from dispatch.figure_name import BEFORE, SCORE, Dimension, FigureName
from dispatch.report_rules import BulletinKind
from dispatch.report_span import ReportSpan, period_of
from dispatch.store.bulletins import Bulletin
from geo.road.week import CITY_TIME

Language = Literal["zh", "en"]

STATES = {
    "reported": ("待受理", "reported"),
    "accepted": ("待派遣", "accepted"),
    "dispatched": ("已派遣", "dispatched"),
    "acknowledged": ("已接单", "acknowledged"),
    "en_route": ("赶赴中", "en route"),
    "on_scene": ("处置中", "on scene"),
    "handled": ("已处置", "handled"),
    "feedback": ("已反馈", "fed back"),
    "verified": ("已核查", "verified"),
    "returned": ("退回", "returned"),
    "suspended": ("挂起", "suspended"),
}
"""Where an open case stands."""

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Paper:
    """
    A bulletin to be put on paper.

    Attributes
    ----------
    content
        What it says.
    bulletin
        With signatures and appeals; None for one that is only looked at.
    """

    content: Mapping[str, Any]
    bulletin: Bulletin | None = None


def written_at(paper: Paper) -> datetime:
    """
    Tell when a bulletin was made.

    Parameters
    ----------
    paper
        The bulletin.

    Returns
    -------
    at
        Of one that is only looked at, the instant as of which it tells.
    """
    if paper.bulletin is not None:
        return paper.bulletin.at
    return datetime.fromisoformat(paper.content["known_at"])


class Reading:
    """
    Reads a bulletin in one language.

    Parameters
    ----------
    paper
        The bulletin.
    language
        ``zh`` or ``en``.
    """

    def __init__(self, paper: Paper, language: Language) -> None:
        self.paper, self.content, self.language = paper, paper.content, language
        self._figures = {one["figure"]: one for one in self.content["figures"]}
        self.named = {one["code"]: one for one in self.content["figure_names"]}

    def t(self, zh: str, en: str) -> str:
        """
        Choose the text of the language.

        Parameters
        ----------
        zh, en
            The same in both.

        Returns
        -------
        text
            One of them.
        """
        return zh if self.language == "zh" else en

    def name(self, called: Mapping[str, str]) -> str:
        """
        Name something.

        Parameters
        ----------
        called
            With ``zh`` and ``en``.

        Returns
        -------
        name
            In the language, as far as there is one in it.
        """
        return called[self.language] or called["zh"] or NOTHING

    def group(self, dimension: Dimension, code: str) -> str:
        """
        Name a brigade or an area.

        Parameters
        ----------
        dimension, code
            Which.

        Returns
        -------
        name
            Its name.
        """
        named = self.content["names"][dimension].get(code)
        return code if named is None else self.name(named)

    def value(self, name: FigureName) -> float | None:
        """
        Give a figure as a number.

        Parameters
        ----------
        name
            Its name.

        Returns
        -------
        value
            A count, a share of 1, or a score; None of nothing.
        """
        one = self._figures.get(str(name))
        if one is None:
            return 0 if self.is_count(name.code) else None
        if "score" in one:
            return None if one["score"] is None else float(one["score"])
        if "of" not in one:
            return int(one["hits"])
        return one["hits"] / one["of"] if one["of"] else None

    def is_count(self, code: str) -> bool:
        """
        Tell whether a figure is a number of cases.

        Parameters
        ----------
        code
            Its code.

        Returns
        -------
        count
            False for shares and scores.
        """
        return code in self.named and self.named[code]["is"] == "count"

    def shown(self, name: FigureName) -> str:
        """
        Write a figure.

        Parameters
        ----------
        name
            Its name.

        Returns
        -------
        text
            As it stands on paper.
        """
        value = self.value(name)
        if value is None:
            return NOTHING
        return f"{value:,}" if self.is_count(name.code) else f"{value:.1%}"

    def fraction(self, name: FigureName) -> str:
        """
        Write how many of how many a share is.

        Parameters
        ----------
        name
            Its name.

        Returns
        -------
        text
            Both numbers.
        """
        one = self._figures.get(str(name))
        return NOTHING if one is None else f"{one['hits']:,} / {one['of']:,}"

    def figure_title(self, written: str) -> str:
        """
        Tell what a figure is called.

        Parameters
        ----------
        written
            Its name.

        Returns
        -------
        title
            With whose it is and of when.
        """
        name = FigureName.read(written)
        title = self.t("得分", "Score") if name.code == SCORE else ""
        title = title or self.name(self.named.get(name.code, {"zh": name.code, "en": name.code}))
        if name.dimension is not None and name.group is not None:
            title = f"{self.group(name.dimension, name.group)} · {title}"
        if name.when:
            title += self.t("（上期）", " (before)") if name.when == BEFORE else f" {name.when}"
        return title

    def change(self, code: str) -> str:
        """
        Write how a figure has changed since the span before.

        Parameters
        ----------
        code
            Its code.

        Returns
        -------
        text
            A difference; of shares in points of a hundred.
        """
        now, before = (self.value(FigureName(code, when=when)) for when in ("", "before"))
        if (
            now is None
            or before is None
            or str(FigureName(code, when="before")) not in self._figures
        ):
            return NOTHING
        if self.is_count(code):
            return _signed(f"{abs(now - before):,}", now - before)
        points = 100 * (now - before)
        return _signed(f"{abs(points):.1f}", points if abs(points) >= 0.05 else 0)

    def day(self, written: str | datetime, *, clock: bool = False, back: bool = False) -> str:
        """
        Write a date.

        Parameters
        ----------
        written
            The instant.
        clock
            With the time of the day.
        back
            The last day before it.

        Returns
        -------
        text
            By the clock of the city.
        """
        at = datetime.fromisoformat(written) if isinstance(written, str) else written
        at = at.astimezone(CITY_TIME) - timedelta(seconds=1 if back else 0)
        date = f"{at.year}年{at.month}月{at.day}日" if self.language == "zh" else f"{at:%-d %b %Y}"
        return f"{date} {at:%H:%M}" if clock else date

    @property
    def scope(self) -> Scope:
        """What the bulletin is about."""
        since, until = (datetime.fromisoformat(self.content[key]) for key in ("since", "until"))
        kind = BulletinKind(self.content["kind"])
        return Scope(kind, self.content["area"]["code"], since, until)

    @property
    def span(self) -> str:
        """The span as people call it."""
        scope = self.scope
        first = scope.since.astimezone(CITY_TIME)
        from_to = f"{self.day(scope.since)}—{self.day(scope.until, back=True)}"
        for span in ReportSpan:
            if period_of(span, first.date()) == scope.period:
                _, week, _ = first.isocalendar()
                return {
                    ReportSpan.WEEK: self.t(
                        f"{first.isocalendar()[0]}年第{week}周（{from_to}）",
                        f"week {week} of {first.isocalendar()[0]} ({from_to})",
                    ),
                    ReportSpan.MONTH: self.t(f"{first.year}年{first.month}月", f"{first:%B %Y}"),
                    ReportSpan.YEAR: self.t(f"{first.year}年度", f"{first.year}"),
                }[span]
        return f"{self.day(scope.since, clock=True)}—{self.day(scope.until, clock=True)}"

    @property
    def title(self) -> str:
        """The title, as it stands in red."""
        area = self.name(self.content["area"])
        zh = {
            BulletinKind.WEEKLY: "综合行政执法周报",
            BulletinKind.MONTHLY: "综合行政执法月通报",
            BulletinKind.YEARLY: "综合行政执法年度考评",
            BulletinKind.CONSULTATION: "综合行政执法会商材料",
        }[self.scope.kind]
        return self.t(f"{area}{zh}", f"{area}: {self.content['en'].lower()} of enforcement")


def stood(value: Mapping[str, Any] | None) -> str:
    """
    Write a figure as a change tells it.

    Parameters
    ----------
    value
        With hits, hits and of, or score; None of a figure that there was not.

    Returns
    -------
    text
        The same in both languages.
    """
    if value is None:
        return NOTHING
    if "score" in value:
        return NOTHING if value["score"] is None else f"{value['score']:.1f}"
    return f"{value['hits']:,}" + (f" / {value['of']:,}" if "of" in value else "")


def _signed(text: str, by: float) -> str:
    """A difference with its direction."""
    if by == 0:
        return "0"
    return f"▲ {text}" if by > 0 else f"▼ {text}"
