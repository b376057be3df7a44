"""One process writes to an embedded store, and says where it can be asked."""

import json
import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime

import pytest

from api.lock_file import hold_store, holder_of, lock_path
from geo.errors import Conflict

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HERE = "http://127.0.0.1:8000"
HOLD = """
import sys, time
from datetime import UTC, datetime
from api.lock_file import hold_store
with hold_store(sys.argv[1], now=datetime.now(UTC), address="http://127.0.0.1:9") as lock:
    lock.name_city("临澜市", demo=True)
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'city.gpkg'}"


@pytest.fixture
def elsewhere(url):
    """Another process that holds the store."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_nobody_holds_a_store_that_nobody_serves(url):
    assert holder_of(url) is None


def test_the_holder_says_who_it_is_and_leaves_nothing_behind(url):
    with hold_store(url, now=NOW, address=HERE) as lock:
        lock.name_city("临澜市", demo=True)
        holder = holder_of(url)
        assert holder is not None
        assert (holder.pid, holder.address, holder.started) == (os.getpid(), HERE, NOW)
        assert (holder.city, holder.demo) == ("临澜市", True)
    assert not lock_path(url).exists()


def test_a_second_server_is_refused_with_one_sentence_that_names_the_first(url, elsewhere):
    with pytest.raises(Conflict) as refused, hold_store(url, now=NOW, address=HERE):
        pass
    sentence = str(refused.value)
    for named in (str(elsewhere.pid), "临澜市", "city.gpkg", "http://127.0.0.1:9"):
        assert named in sentence
    assert "\n" not in sentence


def test_what_a_killed_process_left_is_taken_over(url, elsewhere):
    elsewhere.kill()
    elsewhere.wait()
    assert lock_path(url).is_file(), "its words still stand there"
    assert holder_of(url) is None
    with hold_store(url, now=NOW, address=HERE):
        assert holder_of(url).pid == os.getpid()


def test_words_of_a_dead_process_with_a_number_that_lives_again_hold_nothing(url):
    words = {"pid": os.getpid(), "started": NOW.isoformat(), "address": HERE}
    lock_path(url).write_text(json.dumps(words), encoding="utf-8")
    assert holder_of(url) is None


def test_a_verb_is_waited_for(url):
    done = []

    def write() -> None:
        with hold_store(url, now=NOW):
            began.set()
            time.sleep(0.3)
            done.append("verb")

    began = threading.Event()
    verb = threading.Thread(target=write)
    verb.start()
    began.wait()
    with hold_store(url, now=NOW, address=HERE):
        done.append("server")
    verb.join()
    assert done == ["verb", "server"]


def test_a_verb_that_takes_too_long_is_named(url):
    with hold_store(url, now=NOW), pytest.raises(Conflict, match="has been writing"):
        hold_store(url, now=NOW, address=HERE, wait_s=0.0).__enter__()


def test_many_who_want_it_have_it_one_after_the_other(url, count):
    inside, most = 0, 0

    def write() -> None:
        nonlocal inside, most
        for _ in range(count(reduced=5, full=50)):
            with hold_store(url, now=NOW, wait_s=60):
                inside += 1
                most = max(most, inside)
                time.sleep(0.001)
                inside -= 1

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_a_store_with_a_server_of_its_own_needs_no_lock():
    url = "postgresql://127.0.0.1/city"
    assert lock_path(url) is None
    with hold_store(url, now=NOW, address=HERE):
        assert holder_of(url) is None
