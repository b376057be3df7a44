"""`grid-dispatch plan …`: zone plans, bases and crews, on files and on a city."""

from __future__ import annotations

import typer

from api.late_verbs import Late, late_group

VERBS = {
    "evaluate": Late("api.cli_plan_evaluate:evaluate", "Tell what plans would do, side by side."),
    "check": Late("api.cli_plan_edit:check", "Say whether zones are whole and fill the city."),
    "edit": Late("api.cli_plan_edit:edit", "Edit a plan by a script."),
    "import": Late("api.cli_plan_edit:import_", "Turn polygons of zones into a plan."),
    "split-grid": Late("api.cli_plan_edit:split_grid_verb", "Split a unit grid in two."),
    "handover": Late("api.cli_plan_handover:handover", "List what changes hands, for signature."),
    "propose": Late("api.cli_plan_propose:propose", "Propose zones, with the bound of each plan."),
    "locate": Late("api.cli_plan_locate:locate", "Choose sites for bases, with a bound."),
    "staff": Late("api.cli_plan_staff:staff", "Find crews and shifts for each zone."),
    "replay": Late("api.cli_plan_replay:replay", "Hold a replay against the records."),
    "simulate": Late("api.cli_plan_simulate:simulate", "Simulate years on a plan, event by event."),
    "draft": Late("api.cli_plan_draft:app", "Plans that are drawn in a store."),
    "publish": Late("api.cli_plan_publish:publish", "Publish a zone plan, or say why not."),
    "rollback": Late("api.cli_plan_publish:rollback", "Take the published plan back."),
}
"""Verbs in the order of `--help`; a new one is one line here."""

app = typer.Typer(
    cls=late_group(VERBS),
    help="Zone plans: propose, evaluate, locate, staff, simulate, publish.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
