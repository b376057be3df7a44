"""Several processes behind one socket: kept running, replaced one by one, stopped together."""

import multiprocessing
import os
import signal
import socket
import threading
import time

import pytest

from api.workers import Supervisor, Worker, follow_supervisor

WAIT_S = 40.0


def answer_with_own_number(listener, line) -> None:
    """A server of a few lines: every connection hears the process's number."""
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    follow_supervisor(line)
    listener.settimeout(0.05)
    line.send("ready")
    while not stopped.is_set():
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        with connection:
            connection.sendall(str(os.getpid()).encode())


def die_at_once(_, __) -> None:
    """A server that cannot start."""


def supervise(listener, count, target, tell) -> None:
    """The supervisor, as a process of its own so that it can be signalled and killed."""

    def start() -> Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=target, args=(listener, theirs))
        process.start()
        theirs.close()
        tell.send(process.pid)
        return Worker(process, ours)

    Supervisor(start, count).run()
    os._exit(0)


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture
def supervised(listener):
    """Start a supervisor of toy servers; answers its process and a line that tells who starts."""
    begun = []
    context = multiprocessing.get_context("spawn")

    def begin(count, target=answer_with_own_number) -> tuple:
        hears, tells = context.Pipe(duplex=False)
        process = context.Process(target=supervise, args=(listener, count, target, tells))
        process.start()
        tells.close()
        begun.append((process, hears))
        return process, hears

    yield begin
    for process, hears in begun:
        if process.is_alive():
            process.terminate()
        process.join(WAIT_S)
        hears.close()
        process.close()


def ask(listener) -> int:
    with socket.create_connection(listener.getsockname(), timeout=WAIT_S) as connection:
        said = connection.recv(20)
    assert said, "hung up without an answer"
    return int(said)


def ask_until(listener, enough) -> set[int]:
    """Who answers, until that is whom one waits for; every single question must be answered."""
    heard, until = set(), time.monotonic() + WAIT_S
    while not enough(heard):
        assert time.monotonic() < until, heard
        heard.add(ask(listener))
    return heard


def lives(pid) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(true) -> None:
    until = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_all_of_them_answer_and_a_stop_ends_all_with_exit_code_0(supervised, listener):
    process, tells = supervised(2)
    both = {tells.recv(), tells.recv()}
    assert ask_until(listener, lambda heard: heard == both) == both
    process.terminate()
    process.join(WAIT_S)
    assert process.exitcode == 0
    assert not any(lives(pid) for pid in both)


def test_one_that_is_killed_is_started_again_while_the_other_answers(supervised, listener):
    _, tells = supervised(2)
    first, second = tells.recv(), tells.recv()
    ask_until(listener, lambda heard: heard == {first, second})
    os.kill(first, signal.SIGKILL)
    third = tells.recv()
    assert ask_until(listener, lambda heard: third in heard)


def test_a_rolling_restart_replaces_all_and_refuses_nobody(supervised, listener):
    process, tells = supervised(2)
    old = {tells.recv(), tells.recv()}
    ask_until(listener, lambda heard: heard == old)
    os.kill(process.pid, signal.SIGHUP)
    new: set[int] = set()
    heard = ask_until(listener, lambda _: collect(tells, new) and not any(map(lives, old)))
    assert heard & old
    assert ask_until(listener, lambda heard: heard == new) == new


def collect(tells, new) -> bool:
    while len(new) < 2 and tells.poll():
        new.add(tells.recv())
    return len(new) == 2


def test_servers_follow_a_supervisor_that_is_killed(supervised):
    process, tells = supervised(2)
    both = [tells.recv(), tells.recv()]
    time.sleep(0.1)
    process.kill()
    wait_until(lambda: not any(map(lives, both)))


def test_one_that_cannot_start_is_tried_less_and_less_often(supervised):
    _, tells = supervised(1, die_at_once)
    times = []
    for _ in range(3):
        tells.recv()
        times.append(time.monotonic())
    first, second = times[1] - times[0], times[2] - times[1]
    assert first >= 0.5
    assert second >= 1.0
