"""A demo city that goes on where it stopped: what was drawn moves on, what people did stays."""

from datetime import UTC, datetime, timedelta

from dispatch import desk
from dispatch.incident import Incident
from dispatch.store.cities import read_city
from dispatch.store.incidents import add_incident, get_incident
from dispatch.store.positions import read_positions, write_positions
from dispatch.store.standstill import resume
from geo.position import Fix


def test_an_invented_incident_moves_on_and_a_report_stays_on_record(store):
    city = read_city(store)
    officer, stopped = city.officers[0].id, datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    place = (109.1, 0.0)
    with store.session() as session:
        write_positions(session, [Fix(officer, place, stopped)])
        drawn = add_incident(session, Incident(place, (), stopped), filed_under=())
        reported = desk.receive(session, Incident(place, (), stopped), city, by="demo-dispatcher")
        pause = resume(session, now=stopped + timedelta(hours=3))
        assert pause == timedelta(hours=3)
        assert read_positions(session).fixes[officer].time == stopped + pause
        assert get_incident(session, str(drawn.id)).reported_at == stopped + pause
        assert get_incident(session, str(reported.id)).reported_at == stopped
