"""The start of a service: its settings are looked through, its store is opened, its city read."""

from __future__ import annotations

from dataclasses import replace

from api.basemap import basemap_of
from api.channel_file import open_channels
from api.clock import Clock
from api.duty_now import DutyNow
from api.hotline_signature import hotline_key
from api.layers import Layers
from api.notifier import notifier_of
from api.oidc import provider_of
from api.oidc_claims import claim_rules
from api.service import Service
from api.settings import Settings, demo_store_url
from api.tile import tiles_of
from api.weights_in_force import WeightsInForce
from dispatch.automation_file import known_automation
from dispatch.deadline_terms import known_deadlines
from dispatch.hotline_file import known_mappings
from dispatch.live import LiveWhereabouts
from dispatch.notice_rules import known_notices
from dispatch.policy import policy_named
from dispatch.policy_file import known_policies
from dispatch.report_rules_file import known_rules
from dispatch.store.cities import read_backdrop, read_city, read_statuses
from dispatch.store.engine import open_store
from dispatch.store.positions import read_positions
from dispatch.whereabouts import locate_officers


def start_service(settings: Settings, clock: Clock) -> Service:
    """
    Open the store and read the city.

    Parameters
    ----------
    settings
        What the operator set.
    clock
        Tells the present.

    Returns
    -------
    service
        Ready to answer, though the first answer may be slow.
    """
    deadlines = known_deadlines(settings.deadlines)
    reports = known_rules(settings.reports)
    automation = known_automation(settings.automation)
    known = known_policies(settings.policies)
    policy_named(settings.policy, known)
    notices = known_notices(settings.notifications)
    notifier = notifier_of(settings)
    channels = open_channels(settings.channels)
    known_mappings(settings.hotline)
    hotline_key(settings)
    claim_rules(settings)  # what is wrong with them is said at the start
    basemap_of(settings)
    store = open_store(settings.store or demo_store_url())
    city = read_city(store, or_by_air=True, or_none_yet=True)
    published = replace(city, deadlines=deadlines, notices=notices)
    with store.reading() as session:
        positions, statuses = read_positions(session), read_statuses(session)
        backdrop = read_backdrop(session)
    weights = WeightsInForce(store, published)
    weights.read_again(clock())
    live = LiveWhereabouts(locate_officers(published, positions, statuses))
    duty_now = DutyNow(store, live)
    duty_now.apply(clock())
    service = Service(
        settings=settings,
        clock=clock,
        store=store,
        city=published,
        weights=weights,
        live=live,
        duty=duty_now,
        provider=provider_of(settings),
        policies=known,
        report_rules=reports,
        automation=automation,
        notifier=notifier,
        channels=channels,
        layers=Layers(published, [(row.kind, row.name, row.polygon) for row in backdrop]),
        tiles=tiles_of(published),
    )
    service.trackers.read_again()
    return service
