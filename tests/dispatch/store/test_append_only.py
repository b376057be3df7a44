"""What happened is only added to: no code changes or erases a step, correction or hand-off."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
KEPT = {"TRANSITIONS", "EDITS", "HAND_OFFS"}
TABLES = {"transitions", "edits", "hand_offs"}


def changes(source: str) -> list[str]:
    """Statements that would change or erase a row of a table that is only added to."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            about = [node.func.value] if isinstance(node.func, ast.Attribute) else []
            named = {getattr(one, "attr", getattr(one, "id", "")) for one in [*node.args, *about]}
            if name in {"update", "delete", "upsert", "_move_on"} and named & KEPT:
                found.append(ast.unparse(node))
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = node.value.lower().split()
            verbs = {"update", "delete", "drop", "truncate"} & set(words[:1])
            if verbs and TABLES & set(words):
                found.append(node.value)
    return found


def test_no_code_changes_what_is_on_record():
    sources = [path for part in ("dispatch", "api") for path in (ROOT / part).rglob("*.py")]
    assert len(sources) > 100
    assert not [found for path in sources for found in changes(path.read_text("utf-8"))]


@pytest.mark.parametrize(
    "source",
    [
        "session.execute(update(TRANSITIONS).values(by='x'))",
        "session.execute(delete(transitions.EDITS))",
        "TRANSITIONS.delete()",
        "connection.execute('DELETE FROM transitions WHERE fid = 1')",
        "connection.execute('update hand_offs set record = 1')",
        "_move_on(session, TRANSITIONS, 'at', pause)",
    ],
)
def test_an_offender_is_caught(source):
    assert changes(source)
