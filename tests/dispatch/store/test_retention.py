"""What is no longer needed is forgotten, what is needed stays, and the audit says so."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from dispatch.account import CredentialKind
from dispatch.bulletin import Scope
from dispatch.incident import Incident, Reporter
from dispatch.origin import Origin, Source
from dispatch.report_rules import BulletinKind
from dispatch.store.audit import find_break, read_chain
from dispatch.store.bulletins import Bulletin, add_bulletin
from dispatch.store.credentials import add_credential, list_keys
from dispatch.store.incidents import add_incident
from dispatch.store.ledger import post, record, tell
from dispatch.store.ledger_tables import AUDIT, EVENTS, OUTBOX
from dispatch.store.origins import add_origin, origins_of
from dispatch.store.positions import read_positions
from dispatch.store.retention import Kept, forget, last_forgotten
from dispatch.store.tables import INCIDENTS, POSITIONS
from dispatch.store.transitions import TRANSITIONS
from geo.remark import Remark

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
KEPT = Kept(tracks_d=30, reporters_d=90, snapshots_d=366, events_d=7, audit_d=200)
PHONE = "13800138000"


@pytest.fixture
def session(store):
    with store.session() as session:
        yield session


def case(session, state, *, moved_on) -> str:
    """An incident with a reporter, whose last step was then."""
    incident = Incident(
        (109.0, 21.0), (), moved_on - DAY, reporter=Reporter("李四", PHONE), text="占道"
    )
    number = add_incident(session, incident, filed_under=()).id
    session.execute(update(INCIDENTS).where(INCIDENTS.c.id == number).values(state=state))
    step = {"incident": number, "after": state, "at": moved_on, "by": "li", "reason": ""}
    session.execute(insert(TRANSITIONS).values(step))
    return number


def phones(session) -> dict[str, str | None]:
    columns = INCIDENTS.c.id, INCIDENTS.c.reporter_phone
    return dict(session.execute(select(*columns)).all())


def test_reporters_are_forgotten_so_many_days_after_the_end_of_their_case(session):
    old = case(session, "closed", moved_on=NOW - 91 * DAY)
    recent = case(session, "closed", moved_on=NOW - 89 * DAY)
    waiting = case(session, "accepted", moved_on=NOW - 400 * DAY)
    for number in (old, recent):  # somebody else has reported the same
        joined = Origin(Source.OPEN311, joined=True, reporter=Reporter("王五", PHONE))
        add_origin(session, number, joined, by="test", now=NOW - 95 * DAY)
    gone = forget(session, KEPT, now=NOW, by="test")
    known = phones(session)
    assert (gone.reporters, known[old], known[recent], known[waiting]) == (2, None, PHONE, PHONE)
    others = [origins_of(session, number)[0].origin.reporter for number in (old, recent)]
    assert others == [None, Reporter("王五", PHONE)]


def test_places_of_officers_are_forgotten(session):
    officers = sorted(read_positions(session).fixes)
    ages = {officers[0]: 31 * DAY, officers[1]: 29 * DAY}
    for officer, age in ages.items():
        seen = update(POSITIONS).where(POSITIONS.c.officer == officer)
        session.execute(seen.values(time=NOW - age))
    forget(session, KEPT, now=NOW, by="test")
    left = read_positions(session).fixes
    assert officers[0] not in left
    assert officers[1] in left


def test_events_and_messages_go_and_the_newest_event_keeps_the_numbers_going_on(session):
    for age in (20, 10, 9):
        tell(session, "incident", {"id": age}, now=NOW - age * DAY)
    said = Remark("late", "超时", "Late.")
    for name, sent_at in (("old", NOW - 8 * DAY), ("new", NOW - DAY), ("waits", None)):
        post(session, now=NOW - 9 * DAY, to="C", said=said, dedupe_key=name, about="i")
        row = OUTBOX.c.dedupe_key == name
        session.execute(update(OUTBOX).where(row).values(sent_at=sent_at))
    gone = forget(session, KEPT, now=NOW, by="test")
    assert (gone.events, gone.messages) == (2, 1)
    (left,) = session.scalars(select(EVENTS.c.fid)).all()
    assert tell(session, "incident", {"id": 0}, now=NOW) > left
    assert set(session.scalars(select(OUTBOX.c.dedupe_key))) == {"new", "waits"}


def test_dead_letters_stay_unless_nobody_could_do_anything_about_them_any_more(session):
    told = case(session, "closed", moved_on=NOW - 30 * DAY)
    forgotten = case(session, "closed", moved_on=NOW - 91 * DAY)
    scope = Scope(BulletinKind.WEEKLY, "C", NOW - 9 * DAY, NOW - 8 * DAY)
    report = add_bulletin(session, Bulletin("", scope, NOW, 1, NOW, "li", "digest"), "{}").id
    said = Remark("late", "超时", "Late.")
    for key, to, about in (
        ("officer", "officer:K1", told),
        ("reporter", f"reporter:{told}", told),
        ("nobody any more", f"reporter:{forgotten}", forgotten),
        ("signer", "account:li", report),
    ):
        post(session, now=NOW - 9 * DAY, to=to, said=said, dedupe_key=key, about=about)
    session.execute(update(OUTBOX).values(given_up_at=NOW - 8 * DAY))
    forget(session, KEPT, now=NOW, by="test")
    assert set(session.scalars(select(OUTBOX.c.dedupe_key))) == {"officer", "reporter"}


def test_it_is_on_record_without_any_name(session):
    case(session, "rated", moved_on=NOW - 91 * DAY)
    assert last_forgotten(session) is None
    forget(session, KEPT, now=NOW, by="retention")
    assert last_forgotten(session) == NOW
    (entry,) = session.execute(select(AUDIT).where(AUDIT.c.act == "prune_store")).all()
    assert (entry.by, entry.about) == ("retention", "store")
    assert '"reporters":1' in entry.detail.replace(" ", "")
    assert PHONE not in str(entry)


def test_sessions_and_keys_that_have_run_out_go(session):
    for secret, until in (("over", NOW), ("runs", NOW + DAY), ("endless", None)):
        add_credential(
            session, secret, account="li", kind=CredentialKind.KEY, now=NOW - DAY, until=until
        )
    assert forget(session, KEPT, now=NOW, by="test").credentials == 1
    assert len(list_keys(session)) == 2


def test_the_audit_goes_after_its_time_and_what_is_left_proves_itself(session):
    for age in (300, 250, 199, 1):
        record(session, now=NOW - age * DAY, by="li", act="dispatch", about=f"{age}")
    gone = forget(session, KEPT, now=NOW, by="retention")
    assert gone.audit == 2
    left = [(link.act, link.about) for link in read_chain(session)]
    assert left == [
        ("dispatch", "199"),
        ("dispatch", "1"),
        ("drop_audit", "audit"),
        ("prune_store", "store"),
    ]
    assert find_break(session) is None
    later = forget(session, KEPT, now=NOW + 10 * DAY, by="retention")
    assert later.audit == 1
    assert find_break(session) is None


def test_forgetting_twice_forgets_nothing_more(session):
    case(session, "closed", moved_on=NOW - 91 * DAY)
    forget(session, KEPT, now=NOW, by="test")
    again = forget(session, KEPT, now=NOW, by="test")
    assert set(asdict(again).values()) == {0}
