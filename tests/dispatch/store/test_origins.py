"""Which incidents may be of the same thing as another, on both stores."""

from datetime import UTC, datetime

from dispatch.incident import Incident
from dispatch.store.incidents import add_incident
from dispatch.store.origins import recent_of_matters

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def test_the_newest_older_incidents_that_share_a_matter_are_found(empty_store):
    with empty_store.session() as session:
        known = [
            str(add_incident(session, Incident((0, 0), matters, NOW), filed_under=()).id)
            for matters in (("H_1",), ("H_1", "T%"), ("H",), ("HX1",), (), ("T%",), ("H_1", "T%"))
        ]
        *_, last = known

        def found(*matters: str, looked_at: int = 99, before: str = last) -> list[int]:
            listed = recent_of_matters(session, matters, before=before, looked_at=looked_at)
            return [known.index(str(one.id)) for one in listed]

        assert found("H_1") == [1, 0]
        assert found("T%") == [5, 1]
        assert found("T%", "H_1") == [5, 1, 0]
        assert found("H_1", looked_at=5) == [1]
        assert found("H_1", before=known[1]) == [0]
        assert found("T") == found() == found("H_1", before="nowhere") == []
