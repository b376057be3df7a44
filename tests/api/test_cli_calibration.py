"""`grid-dispatch report calibration`, on the generated history of a small city."""

import json

import pytest

from api.cli import run
from fixtures.demo_city import write_demo_city
from fixtures.preset import Preset


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    folder = tmp_path_factory.mktemp("history")
    return str(write_demo_city(folder / "city", preset=Preset.SMALL) / "history.parquet")


def test_forecasts_come_true_on_the_weeks_held_out(history, capsys):
    assert run(["report", "calibration", history, "--weeks", "13", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert 0.9 <= found["reliability"]["slope"] <= 1.1
    assert 0.87 <= found["everyone"]["below_p90"]["share"] <= 0.93
    assert found["losses"]["p50_s"] < found["losses"]["naive_p50_s"]


def test_the_page_comes_in_both_languages_with_a_diagram(history, capsys, tmp_path):
    diagram = tmp_path / "reliability.svg"
    asked = ["report", "calibration", history, "--diagram", str(diagram)]
    assert run(asked) == 0
    assert "# 到场预测校准报告" in capsys.readouterr().out
    assert diagram.read_text(encoding="utf-8").startswith("<svg")
    assert run([*asked, "--language", "en"]) == 0
    assert "# Calibration of arrivals" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "weeks", "sentence"),
    [("{history}", "99", "cannot be held out"), ("nothing.parquet", "8", "nothing.parquet")],
)
def test_what_cannot_be_judged_is_one_sentence(history, capsys, file, weeks, sentence):
    given = file.format(history=history)
    assert run(["report", "calibration", given, "--weeks", weeks]) == 2
    assert sentence in capsys.readouterr().err
