"""Replay suggestions of a store, named line by line on standard input; tell which differ."""

from __future__ import annotations

import sys
from contextlib import closing

from dispatch.replay import reopen, replay
from dispatch.store.cities import read_city
from dispatch.store.engine import open_store

if __name__ == "__main__":
    with closing(open_store(sys.argv[1])) as store, store.reading() as session:
        city = read_city(store)
        numbers = sys.stdin.read().split()
        for number in numbers:
            outcome = replay(reopen(session, number, city))
            if not outcome.same:
                sys.stdout.write(f"{outcome}\n")
        sys.stdout.write(f"replayed {len(numbers)}\n")
