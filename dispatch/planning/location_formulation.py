"""What each problem of locating says, written out for those who want to check it."""

from __future__ import annotations

from dispatch.planning.location_task import LocationRule, LocationTask, Problem

_NAMES = """\
j     a site                         y[j]    1 if it is open
i     a demand point                 x[j,i]  1 if it belongs to the site
t[j,i] travel time, no pair without  w[i]    weight
N[i]  sites that are there within the radius"""

_MODELS = {
    Problem.P_MEDIAN: (
        (
            "minimise  sum w[i] t[j,i] x[j,i]\n"
            "so that   sum over j of x[j,i] = 1, x[j,i] <= y[j], sum y[j] = p"
        ),
        (
            "Hakimi (1964), Optimum locations of switching centers and the absolute centers and "
            "medians of a graph."
        ),
    ),
    Problem.P_CENTER: (
        (
            "minimise  the largest t[j,i] x[j,i]\n"
            "so that   sum over j of x[j,i] = 1, x[j,i] <= y[j], sum y[j] = p"
        ),
        "Daskin (2013), Network and discrete location, chapter 5.",
    ),
    Problem.LSCP: (
        "minimise  sum y[j]\nso that   sum over j in N[i] of y[j] >= 1",
        "Toregas, Swain, ReVelle and Bergman (1971), The location of emergency service facilities.",
    ),
    Problem.MCLP: (
        (
            "maximise  sum w[i] z[i]\n"
            "so that   z[i] <= sum over j in N[i] of y[j], sum y[j] = p, z[i] <= 1"
        ),
        "Church and ReVelle (1974), The maximal covering location problem.",
    ),
    Problem.BACKUP: (
        (
            "maximise  sum w[i] u[i]\n"
            "so that   sum over j in N[i] of y[j] - u[i] >= 1, sum y[j] = p, u[i] <= 1\n"
            "or, where a first cover counts s and is no must,\n"
            "maximise  sum w[i] (s z[i] + (1 - s) u[i])\n"
            "so that   z[i] + u[i] <= sum over j in N[i] of y[j], sum y[j] = p"
        ),
        "Hogan and ReVelle (1986), Concepts and applications of backup coverage.",
    ),
    Problem.MEXCLP: (
        (
            "maximise  sum w[i] (1 - q) q^(k-1) z[i,k]\n"
            "so that   sum over k of z[i,k] <= sum over j in N[i] of y[j], sum y[j] = p,\n"
            "          y[j] whole: several crews may stand at one site"
        ),
        "Daskin (1983), A maximum expected covering location model.",
    ),
}


def formulation(task: LocationTask, rule: LocationRule) -> str:
    """
    Write out what is asked.

    Parameters
    ----------
    task, rule
        What is asked.

    Returns
    -------
    text
        Names, objective, rules, figures of this task and the paper the model is from.
    """
    model, source = _MODELS[rule.problem]
    figures = [f"{len(task.sites)} sites, {len(task.demand)} demand points"]
    if rule.p is not None:
        figures.append(f"p = {rule.p}")
    if rule.radius_s is not None:
        figures.append(f"radius {rule.radius_s:g} s")
    if rule.problem == Problem.MEXCLP:
        figures.append(f"q = {rule.busy_share:g}")
    if rule.first_share is not None:
        figures.append(f"s = {rule.first_share:g}")
    return "\n".join([_NAMES, "", model, *_more(task, rule), "", "; ".join(figures), source])


def _more(task: LocationTask, rule: LocationRule) -> list[str]:
    """Rules about sites that go with every problem."""
    rules = []
    if task.fixed.any():
        rules.append(f"          y[j] = 1 for {int(task.fixed.sum())} fixed sites")
    if rule.most_closed is not None:
        count = int(task.closable.sum())
        rules.append(f"          sum over {count} closable j of (1 - y[j]) <= {rule.most_closed}")
    if task.capacitated:
        rules.append("          sum over i of w[i] x[j,i] <= capacity[j] y[j], x[j,i] whole")
    return rules
