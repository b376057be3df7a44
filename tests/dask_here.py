"""A Dask cluster of two processes on this machine, without a page or a log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def dask_here(workers: int = 2) -> Iterator[str]:
    """Give the address of a cluster that ends with the block."""
    from distributed import LocalCluster  # noqa: PLC0415 -- slow, and few tests need it

    with LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",  # its usual port may be taken
        silence_logs=logging.CRITICAL,
    ) as cluster:
        yield cluster.scheduler_address
