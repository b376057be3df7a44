"""`grid-dispatch plan check|edit|import|split-grid`: plans drawn by scripts, or from layers."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import shapely
import typer

from api.answer_file import write_json
from api.layer_file import WrittenLayer, write_layer_file
from api.layer_options import CrsOption, LayerOption, MapOption
from api.name_pairs import read_pairs
from api.plan_city import GridsOption, PlanOption, read_layer, read_plan_city
from api.plan_report import (
    finding_out,
    lines_of,
    plan_findings,
    remarks_out,
    repair_lines,
    state_of,
    told_out,
)
from api.progress import progress_bar
from api.store_option import EXIT_NO, JsonOption, StoreOption
from dispatch.layer.kind import KindName
from dispatch.layer.rows import LayerRows, SaidOfLayer
from dispatch.planning.contiguity import repair
from dispatch.planning.edit_script import EditRun, Told, apply_edits, read_edits
from dispatch.planning.grid_splitting import split_grid
from dispatch.planning.plan_diff import plan_diff
from dispatch.planning.plan_import import import_plan
from dispatch.planning.township_split import township_splits
from dispatch.planning.zone_plan import ZonePlan, write_plan
from geo.errors import BadValue, FlawedData
from geo.finding import Finding, Severity, blocks
from geo.layer_place import SaidOfPlace
from geo.remark import Remark
from geo.shape_check import Dimension
from geo.zone import UnitGrid

OutOption = Annotated[Path | None, typer.Option("--out", help="Plan to write, CSV grid,zone.")]


def check(
    plan: Annotated[
        Path | None, typer.Argument(metavar="[PLAN.csv]", help="The published plan without.")
    ] = None,
    *,
    out: Annotated[
        Path | None, typer.Option("--out", help="Plan to write with the repair taken, CSV.")
    ] = None,
    store: StoreOption = None,
    grids: GridsOption = None,
    as_json: JsonOption = False,
) -> int:
    """Say whether zones are in one piece and fill the city, which townships they divide."""
    city = read_plan_city(store, grids)
    drawn = city.plan(plan)
    offered = repair(city.ground.graph, drawn)
    findings = plan_findings(city.ground, drawn)
    if out is not None:
        write_plan(out, offered.plan)
    if as_json:
        write_json(state_of(city.ground, drawn), None)
    else:
        for line in (*lines_of(findings), *repair_lines(drawn, offered)):
            typer.echo(line)
        for split in township_splits(city.ground.graph, drawn):
            parts = ", ".join(f"{part.zone or 'no zone'} {part.share:.0%}" for part in split.parts)
            typer.echo(f"township {split.township} is divided: {parts}")
        typer.echo(f"{len(drawn.zones)} zones, {len(drawn)} unit grids, digest {drawn.digest}")
    return EXIT_NO if blocks(findings) else 0


def edit(
    edits: Annotated[Path, typer.Argument(metavar="EDITS", help="Edits, one a line.")],
    *,
    plan: PlanOption = None,
    out: OutOption = None,
    repaired: Annotated[
        bool, typer.Option("--repair", help="Take the repair that is offered for torn zones.")
    ] = False,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Write what could be done, where a line could not.")
    ] = False,
    store: StoreOption = None,
    grids: GridsOption = None,
    as_json: JsonOption = False,
) -> int:
    """Edit a plan by a script: assign, brush, enclose, cut, redraw, split, merge, lock, undo."""
    steps = read_edits(edits)
    city = read_plan_city(store, grids)
    before = city.plan(plan)
    run = apply_edits(city.ground, before, steps, repaired=repaired)
    written = out is not None and (keep_going or not run.refused)
    if out is not None and written:
        write_plan(out, run.history.plan)
    if as_json:
        told = [told_out(before, one) for one in run.told]
        state = state_of(city.ground, run.history.plan, run.locks)
        moved = len(plan_diff(before, run.history.plan).moved)
        write_json({"edits": told, "moved": moved, "written": written, "plan": state}, None)
    else:
        _say_edits(run, before, out if written else None)
    return EXIT_NO if run.refused else 0


def import_(
    file: Annotated[Path, typer.Argument(help="Polygon layer of zones, any format.")],
    *,
    out: OutOption = None,
    crs: CrsOption = None,
    column: MapOption = None,
    layer: LayerOption = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Write the plan although zones overlap.")
    ] = False,
    store: StoreOption = None,
    grids: GridsOption = None,
    as_json: JsonOption = False,
) -> int:
    """Turn polygons of zones into a plan, and say what they draw that a plan can't."""
    said = SaidOfLayer(columns=read_pairs(column or []), place=SaidOfPlace(crs, None))
    with progress_bar() as report:
        report("reading", 0.0)
        rows = read_layer(file, KindName.ZONES, said, layer)
        city = read_plan_city(store, grids)
        report("importing", 0.5)
        codes, shapes = _zones(rows)
        imported = import_plan(city.ground, codes, shapes)
    stopped = blocks(imported.findings)
    written = out is not None and (anyway or not stopped)
    if out is not None and written:
        write_plan(out, imported.plan)
    if as_json:
        findings = [finding_out(one) for one in imported.findings]
        state = state_of(city.ground, imported.plan)
        write_json({"findings": findings, "written": written, "plan": state}, None)
    else:
        for line in lines_of(imported.findings):
            typer.echo(line)
        _say_written(out, written=written)
    return EXIT_NO if stopped else 0


def split_grid_verb(
    code: Annotated[str, typer.Argument(metavar="GRID", help="Code of the unit grid.")],
    line: Annotated[
        list[str], typer.Argument(metavar="LON,LAT LON,LAT…", help="Where to split it.")
    ],
    *,
    out: Annotated[Path, typer.Option("--out", help="Layer of all unit grids to write, .gpkg.")],
    plan: PlanOption = None,
    plan_out: Annotated[
        Path | None, typer.Option("--plan-out", help="The plan over the new grids, CSV.")
    ] = None,
    store: StoreOption = None,
    grids: GridsOption = None,
    as_json: JsonOption = False,
) -> int:
    """Split a unit grid in two: a layer to load with --kind grids, and the plan that follows."""
    city = read_plan_city(store, grids)
    split = split_grid(city.grids, code, [_place(word) for word in line])
    if isinstance(split, Remark):
        if as_json:
            write_json({"parts": None, "refused": remarks_out([split])}, None)
        else:
            typer.echo(split.en)
        return EXIT_NO
    write_layer_file([_as_layer(split.grids)], out)
    if plan_out is not None:
        write_plan(plan_out, split.carried(city.plan(plan)))
    parts = [{"code": part.code, "population": part.population} for part in split.parts]
    if as_json:
        write_json({"parts": parts, "refused": []}, None)
    else:
        typer.echo(f"{code} becomes {' and '.join(part.code for part in split.parts)}: {out}")
    return 0


def _say_edits(run: EditRun, before: ZonePlan, out: Path | None) -> None:
    """Put what came of a script on the screen."""
    for one in run.told:
        for remark in one.refused:
            typer.echo(f"line {one.step.line}, {one.step.text}: {remark.en}")
        for line in _repairs(one, before):
            typer.echo(f"line {one.step.line}: {line}")
    moved = plan_diff(before, run.history.plan).moved
    typer.echo(
        f"{len(run.told) - len(run.refused)} of {len(run.told)} lines done, "
        f"{len(moved)} unit grid(s) change hands"
    )
    _say_written(out, written=out is not None)


def _repairs(told: Told, plan: ZonePlan) -> list[str]:
    """The repair of a line: taken, or offered."""
    if told.repair is None:
        return []
    offered = "offered, take it with --repair: " if told.refused else ""
    return [f"{offered}{line}" for line in repair_lines(plan, told.repair)]


def _say_written(out: Path | None, *, written: bool) -> None:
    """Say what became of the file."""
    if out is not None and written:
        typer.echo(f"{out} is written")
    else:
        typer.echo("no plan is written")


def _zones(rows: LayerRows) -> tuple[list[str], list[shapely.Polygon | shapely.MultiPolygon]]:
    """Codes and shapes of a layer of zones; unsound shapes as they would be mended."""
    codes, shapes, findings = [], [], []
    for feature, code, shape, mended in zip(
        rows.features, rows.cells["code"], rows.shapes, rows.repaired, strict=True
    ):
        sound = shape if mended is None else mended
        if code and isinstance(sound, shapely.Polygon | shapely.MultiPolygon) and sound.is_valid:
            codes.append(code)
            shapes.append(sound)
        else:
            remark = Remark(
                "zone_unusable",
                f"{feature} 没有编码或没有可用的面。",
                f"{feature} has no code, or no sound polygon: see layer check --kind zones.",
            )
            findings.append(Finding(rows.file, feature, remark, Severity.ERROR))
    if findings:
        raise FlawedData(f"{rows.file} has {len(findings)} zone(s) that can't be used.", findings)
    return codes, shapes


def _place(word: str) -> tuple[float, float]:
    """A place written lon,lat."""
    try:
        lon, lat = map(float, word.split(","))
    except ValueError as error:
        raise BadValue(f"{word!r} is no place; it is written lon,lat.") from error
    return lon, lat


def _as_layer(grids: tuple[UnitGrid, ...]) -> WrittenLayer:
    """Unit grids as a layer that can be loaded."""
    shapes = np.array([grid.polygon for grid in grids], dtype=object)
    people = ["" if grid.population is None else str(grid.population) for grid in grids]
    columns = {
        "code": [grid.code for grid in grids],
        "community": [grid.community for grid in grids],
        "zone": [grid.zone or "" for grid in grids],
        "population": people,
    }
    return WrittenLayer("grids", columns, Dimension.POLYGON, shapes)
