"""A demo city as it stands at its own instant, for benchmarks of decisions."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

from dispatch.store.cities import read_city, read_statuses
from dispatch.store.city_folder import load_city_folder
from dispatch.store.engine import open_store
from dispatch.store.positions import read_positions
from dispatch.whereabouts import Whereabouts, locate_officers
from fixtures.demo_city import AS_OF, Preset, cached_demo_city


def demo_whereabouts(preset: Preset, *, cache: Path | None = None) -> tuple[Whereabouts, datetime]:
    """
    Load a demo city into a store of its own, and say where everybody is at its instant.

    The city is generated again for every run where no ``cache`` is given: for the large one
    that takes a minute or two.
    """
    folder = Path(mkdtemp(prefix="grid-dispatch-bench-"))
    store = open_store(f"sqlite:///{folder / 'city.gpkg'}", create=True)
    try:
        with store.session() as session:
            load_city_folder(cached_demo_city(cache or folder, preset=preset), session)
            session.commit()
        city = read_city(store)
        with store.reading() as session:
            positions, statuses = read_positions(session), read_statuses(session)
    finally:
        store.close()
    return locate_officers(city, positions, statuses), AS_OF
