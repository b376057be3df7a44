"""`grid-dispatch plan draft`, `publish` and `rollback` on a store that nobody serves."""

from __future__ import annotations

import json

import pytest
from demo_service import copy_of

from api.cli import EXIT_BAD_INPUT, run


@pytest.fixture
def ask(capsys, small_store, tmp_path):
    """Run a verb of planners on a copy of the small city → exit code and what it printed."""
    url = f"sqlite:///{copy_of(small_store, tmp_path)}"

    def run_verb(*options: object) -> tuple[int, str]:
        capsys.readouterr()
        code = run(["plan", *map(str, options), "--store", url])
        out, err = capsys.readouterr()
        return code, out + err

    return run_verb


def test_a_plan_of_a_file_is_published_by_somebodys_word_and_taken_back(ask, tmp_path):
    code, out = ask("draft", "begin", "中区", "--json")
    assert code == 0, out
    number = json.loads(out.splitlines()[0])["id"]
    table = tmp_path / "centre.csv"
    code, out = ask("draft", "show", number, "--out", table)
    assert (code, "not been simulated" in out) == (0, True)
    rows = table.read_text("utf-8").splitlines()
    at = next(at for at, row in enumerate(rows) if row.endswith(",Z01"))
    rows[at] = rows[at].replace(",Z01", ",Z02")
    table.write_text("\n".join(rows), "utf-8")

    code, out = ask("publish", table, "--why", "试行")
    assert (code, "is not published" in out) == (1, True)
    said = ["--override-by", "王主任", "--reason", "节日", "--by", "li"]
    code, out = ask("publish", table, "--why", "试行", *said, "--json")
    assert code == 0, out
    shown = json.loads(out.splitlines()[0])
    assert shown["plan"]["override"] == {"by": "王主任", "reason": "节日"}
    assert (shown["plan"]["made_by"], shown["published"]["number"]) == ("li", 2)
    code, out = ask("publish", number, *said)
    assert (code, "Rebase" in out) == (1, True)
    code, out = ask("rollback", "--why", "有误")
    assert (code, out.splitlines()[0]) == (0, "version 3: as version 1 was")
    assert ask("publish", number, "--override-by", "王")[0] == EXIT_BAD_INPUT
