"""The benchmarks run, on roads so small that it takes seconds; no figure is judged here."""

import subprocess
import sys

import numpy as np
import osmium
import pytest
from spec.plan_grounds import drawn_board, made_ground
from spec.served_town import write_town
from spec.town import town
from spec.town_city import NOW, TownCity

from geo.road.network import assemble
from geo.road.road_class import Mode
from geo.road.snap import join_nodes
from geo.road.streets import BANNED, Streets
from geo.road.travel_time import NetworkTravelTimes
from tests.bench import __main__ as bench
from tests.bench import (
    by_air,
    coverage,
    engine,
    growth,
    layers,
    many_at_once,
    peers,
    plan_evaluation,
    simulation,
    suggest,
)
from tests.bench._growth_step import ask, build
from tests.bench._inside import Inside
from tests.bench._report import Report, mark, table
from tests.bench._roads import with_turn_rules
from tests.bench._tiles import cut_out, tiled
from tests.bench._yardstick import Yardstick, share
from tests.bench.peer.asking import TooSlowError, load_outcome, load_task, run
from tests.bench.peer.libraries import Networkx, NetworkxStopping, Scipy
from tests.bench.peer.osm_file import write_osm
from tests.dispatch.planning.simulation.small_world import small_world

SIDE = 12
OFFICERS = (7, 50)


@pytest.fixture(scope="module")
def streets():
    return blocks(SIDE)


@pytest.fixture(scope="module")
def network(streets):
    return assemble(streets, mode=Mode.CAR)


def test_every_benchmark_has_its_row_on_the_page():
    page = (bench.ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert [name for name in bench.known() if f"[{name}]" not in page] == []


def test_every_question_for_the_engine_is_asked_without_and_with_turn_rules(streets, network):
    turned = assemble(with_turn_rules(streets, 0.5, seed=1), mode=Mode.CAR)
    report = engine.compared(network, turned, officers=600, most=3, few=1)
    asked = [line for line in report.text.splitlines() if line.startswith("| ")][1:]
    assert len(asked) > 15
    assert all(" S" in line for line in asked[1:])  # the first is the rule under the head
    assert report.short.count("✓") + report.short.count("✗") >= 3


def test_tiles_are_cut_anew_in_every_set_and_positions_are_turned(tmp_path, network, monkeypatch):
    monkeypatch.setattr(layers, "POINTS", 1_000)
    store = write_town(tmp_path)
    measured = layers.Bench({"embedded": f"sqlite:///{store}"}, Yardstick(network), tmp_path)
    rows = [*layers.tiles_cut(measured), *layers.positions(measured)]
    assert len(rows) == 5
    report = layers.told(rows)
    assert report.text.count("✓") + report.text.count("✗") == 5
    assert report.short.count("GCJ-02") == 2


def test_every_question_of_coverage_is_asked(monkeypatch):
    monkeypatch.setattr(coverage, "FREE", (1.0,))
    drawn = town("a---1---3---b---c---d---e")
    city = TownCity(drawn, home="13", grids="abde", base="d", arrival_target_s=120)
    report = coverage.measured(city.whereabouts(), NOW)
    assert "2 crews free" in report.text
    assert "1 moves, 50.00% → 100.00%, proven" in report.text
    rows = [line for line in report.text.splitlines() if line.startswith("| ")][2:]
    assert len(rows) == 1 + 7


def test_every_question_of_zone_plans_is_asked(network):
    drawn = plan_evaluation.Drawn(made_ground(), drawn_board().plan)
    report = plan_evaluation.measured(network, Yardstick(network), drawn, 20, {60: 300.0})
    assert report.text.count("✓") + report.text.count("✗") == 3
    assert "a grid is dragged: all figures, 23 grids, 4 zones" in report.short
    assert "topology check, 60 grids" in report.short


def test_years_are_simulated(network):
    report = simulation.measured(small_world(), Yardstick(network), repeats=1)
    assert report.text.count("✓") + report.text.count("✗") == 2
    assert "one simulated year" in report.short
    assert "200 paired runs on 2 cores" in report.short


def test_every_question_of_many_at_once_is_asked():
    drawn = town("a---1---3---b---c---d---e")
    whereabouts = TownCity(drawn, home="13", next_door="d", squad="c").whereabouts()
    report = many_at_once.measured(whereabouts, NOW, incidents=6, officers=2)
    rows = [line for line in report.text.splitlines() if line.startswith("| ")][2:]
    assert [row.split(" | ")[0] for row in rows] == [
        "| batch: 6 incidents",
        "| batch: 6 incidents, each of two of the gravest matters, squads and grid crews",
        "| joint: 6 officers to six sites",
        "| joint: 2 officers called up",
    ]
    assert all("proven" in row for row in rows)


def test_suggestions_are_timed_with_and_without_ways():
    drawn = town("a---1---3---b---c---d---e")
    whereabouts = TownCity(drawn, home="13", next_door="d", squad="c").whereabouts()
    report = suggest.measured(whereabouts, NOW, times=6)
    rows = [line.split(" | ") for line in report.text.splitlines() if line.startswith("| ")][2:]
    assert len(rows) == 4
    assert all(float(row[1].replace(",", "")) > 0 for row in (rows[0], rows[1], rows[3]))
    assert report.text.count("✓") + report.text.count("✗") == 3


def test_made_turn_rules_are_as_many_as_asked_for_and_ban_turns(streets):
    rules = with_turn_rules(streets, 0.5, seed=1).turn_rules
    assert 0.5 <= len(rules) / SIDE**2 < 1.2
    assert any(rule.cost_ms == BANNED for rule in rules)
    assert with_turn_rules(streets, 0.5, seed=1).turn_rules == rules


def test_time_inside_kernels_is_a_part_of_the_time_of_asking(network):
    times = NetworkTravelTimes(network)
    fleet = times.fleet(join_nodes(network, np.arange(50)))
    incident, inside = join_nodes(network, np.array([70])), Inside()
    times.nearest(fleet, incident, k=8)
    plain = engine.nearest.search_units
    with inside.watching(engine.nearest, engine.port):
        watched_ms = [inside.ms(lambda: times.nearest(fleet, incident, k=8)) for _ in range(50)]
    assert engine.nearest.search_units is plain
    assert 0 < np.median(watched_ms) < 50


def test_a_cut_out_town_keeps_the_streets_between_its_junctions(streets):
    town = cut_out(streets, 36)
    assert len(town.node_lon_lat) == 36
    assert len(town.tail) == 2 * 6 * 5  # the middle of the grid is a grid
    ends = town.node_lon_lat[np.stack([town.tail, town.head], axis=1).ravel()]
    assert np.array_equal(ends, town.point)


def test_tiles_are_joined_into_one_city_whose_parts_are_unchanged(streets, network):
    city = assemble(tiled(streets, 2, seed=1), mode=Mode.CAR)
    assert city.parts.tolist() == [4 * SIDE**2]
    last = 3 * SIDE**2
    pairs = [(0, 1), (5, 60), (143, 17)]
    for start, end in pairs:
        here = leg_ms(network, start, end)
        assert leg_ms(city, start, end) == leg_ms(city, last + start, last + end) == here
    assert leg_ms(city, 0, last) > 0


def test_growth_is_measured_fitted_and_drawn(streets, tmp_path):
    steps = []
    for name, city in (("town", streets), ("city", tiled(streets, 2, seed=1))):
        built = build(city, tmp_path / name)
        steps.append(built | ask(tmp_path / name, [*OFFICERS], 3))
    assert [step["nodes"] for step in steps] == [SIDE**2, 4 * SIDE**2]
    assert steps[1]["disk_mb"] > steps[0]["disk_mb"] > 0
    report = growth.reported(steps, OFFICERS)
    assert report.pictures["growth.svg"].startswith(b"<?xml")
    assert "8 nearest of 50" in report.text


def test_the_power_of_growth_is_fitted():
    size = np.array([10.0, 100.0, 5_000.0])
    assert growth.fitted_power(size, 3 * size**0.5) == pytest.approx(0.5)


def test_engines_that_are_asked_the_same_give_the_same_answers(network, tmp_path):
    task = peers.drawn_task(network, OFFICERS, 5, 20, 10.0)
    task.save(tmp_path / "task.npz")
    rows = []
    for library in (Scipy, Networkx, NetworkxStopping):
        run(load_task(tmp_path / "task.npz"), library, clock).save(tmp_path / "outcome.npz")
        rows.append(peers.Row(library.__name__, load_outcome(tmp_path / "outcome.npz")))
    text = peers.compared(network, task, rows).text
    assert text.count("all of ") == 3
    assert "off" not in text.split("\n\n", maxsplit=1)[1]


def test_changed_weights_are_checked_in_other_engines(network):
    task = peers.drawn_task(network, OFFICERS, 5, 20, 10.0)
    ours, other = (run(task, lambda _: peers.Ours(network), clock) for _ in range(2))
    assert {"renewed", "closed", "matrix", "7", "50"} == set(ours.taken_ms)
    other.best_ms["closed"] = other.best_ms["closed"] + 3
    assert peers.same(peers.Row("it", other), ours).endswith("up to 3 ms off")


def test_an_engine_that_is_too_slow_says_so_and_is_asked_no_more(network):
    class Slow(Scipy):
        def ask(self, incident):  # noqa: ANN202 -- as short as a test may be
            if len(self.officers) > 7:
                raise TooSlowError("> 30 s")
            return super().ask(incident)

    task = peers.drawn_task(network, OFFICERS, 5, 20, 10.0)
    outcome = run(task, Slow, clock)
    assert outcome.said == {"50": "> 30 s"}
    text = peers.compared(network, task, [peers.Row("slow", outcome)]).text
    assert "> 30 s" in text
    assert "> " in text.split("others take:")[1]


def test_an_engine_that_cannot_be_had_is_named(network):
    task = peers.drawn_task(network, OFFICERS, 5, 20, 10.0)
    report = peers.compared(network, task, [peers.Row("absent 1.0", None, "no wheel")])
    assert "- absent 1.0: no wheel" in report.text
    assert "absent" not in report.short


def test_libraries_are_asked_in_a_process_of_their_own(network, tmp_path):
    task = peers.drawn_task(network, OFFICERS, 5, 20, 10.0)
    task.save(tmp_path / "task.npz")
    files = [str(tmp_path / name) for name in ("task.npz", "outcome.npz")]
    command = [sys.executable, "-m", "tests.bench.peer.libraries", "scipy", *files]
    subprocess.run(command, cwd=bench.ROOT, check=True)
    assert "matrix" in load_outcome(tmp_path / "outcome.npz").taken_ms


def test_shortlists_by_air_hold_more_the_longer_they_are(network):
    shares = by_air.held(network, 100, 20)
    assert shares == sorted(shares)
    assert 0 < shares[-1] <= 1


def test_roads_written_for_other_engines_keep_their_milliseconds(network, tmp_path):
    write_osm(network, tmp_path / "roads.osm.pbf")
    ways = [
        (int(way.tags["ms"]), way.tags["oneway"] == "yes")
        for way in osmium.FileProcessor(tmp_path / "roads.osm.pbf", osmium.osm.WAY)
    ]
    assert sum(ms * (1 if oneway else 2) for ms, oneway in ways) == network.edge_ms.sum()


def test_a_report_lands_in_its_folder_and_in_its_place(tmp_path, monkeypatch):
    monkeypatch.setattr(bench, "RESULTS", tmp_path / "results")
    first, page = tmp_path / "first.md", tmp_path / "page.md"
    monkeypatch.setattr(bench, "PAGES", (first, page))
    first.write_text("nothing is measured here\n")
    page.write_text("a\n<!-- measured: it -->\nold\n<!-- end of it -->\nb\n")
    report = Report("text", table(("x", "y"), [("1", mark(good=False))]), {"it.svg": b"<svg/>"})
    bench.keep("it", report, title="It", seconds=60)
    assert (tmp_path / "results" / "it.md").read_text().startswith("# It\n\n*20")
    assert (tmp_path / "results" / "it.svg").read_bytes() == b"<svg/>"
    assert first.read_text() == "nothing is measured here\n"
    assert "old" not in page.read_text()
    assert "| 1 | ✗ |" in page.read_text()
    with pytest.raises(SystemExit, match="a place for other"):
        bench.keep("other", report, title="Other", seconds=60)


def test_shares_of_the_yardstick_read_as_multiples_or_parts():
    assert [share(12.04), share(0.01)] == ["12.0 S", "S / 100"]


def clock():
    """Seconds that pass as one asks, so that a test reads no clock."""
    clock.now += 0.001
    return clock.now


clock.now = 0.0


def leg_ms(network, start, end):
    times = NetworkTravelTimes(network)
    ends = (join_nodes(network, np.array([node])) for node in (start, end))
    return int(times.matrix(*ends)[0, 0])


def blocks(side):
    """A square of blocks, every street with a time of its own, one in seven one-way."""
    rng = np.random.default_rng(2)
    node = np.arange(side * side).reshape(side, side)
    tail = np.r_[node[:, :-1].ravel(), node[:-1].ravel()].astype(np.int32)
    head = np.r_[node[:, 1:].ravel(), node[1:].ravel()].astype(np.int32)
    north, east = np.divmod(np.arange(side * side), side)
    lon_lat = np.stack([109 + 0.001 * east, 21 + 0.001 * north], axis=1)
    count = len(tail)
    ms = rng.integers(5_000, 30_000, count)
    inner = (north[tail] > 0) & (north[head] < side - 1) & (east[tail] > 0)
    one_way = inner & (rng.integers(0, 7, count) == 0)
    return Streets(
        node_lon_lat=lon_lat,
        node_source_id=np.arange(side * side),
        tail=tail,
        head=head,
        road_class=np.zeros(count, dtype=np.uint8),
        length_m=np.full(count, 105.0),
        forward_ms=ms,
        backward_ms=np.where(one_way, -1, ms),
        point=lon_lat[np.stack([tail, head], axis=1).ravel()],
        first_point=2 * np.arange(count + 1),
        way_id=np.arange(count),
        name=np.full(count, -1, dtype=np.int32),
        source="blocks",
    )
