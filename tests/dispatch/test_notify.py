"""When a message is tried again: later each time, never together, and not for ever."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from dispatch.notify import Delivery, Message, SendingTerms, wait_s
from geo.remark import Remark

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TERMS = SendingTerms()
SEEDS = st.integers(0, 2**64 - 1)
NUMBERS = st.integers(1, 2**31 - 1)


def tried(tries, number=1):
    return Message(number, "a", "K1", Remark("c", "z", "e"), "E1", NOW, tries)


@given(tries=st.integers(1, TERMS.most_tries - 1), number=NUMBERS, seed=SEEDS)
def test_a_wait_doubles_up_to_a_limit_and_is_drawn_from_its_upper_half(tries, number, seed):
    longest = min(5.0 * 2 ** (tries - 1), 900.0)
    waits = wait_s(tried(tries, number), Delivery("no"), TERMS, seed=seed)
    assert longest / 2 <= waits <= longest
    assert waits == wait_s(tried(tries, number), Delivery("no"), TERMS, seed=seed)


@given(seed=SEEDS)
def test_what_failed_together_is_not_tried_together(seed):
    waits = {wait_s(tried(5, number), Delivery("no"), TERMS, seed=seed) for number in range(50)}
    assert len(waits) == 50
    assert max(waits) - min(waits) > 20


@given(asked=st.floats(0, 1e9), tries=st.integers(1, TERMS.most_tries - 1), seed=SEEDS)
def test_a_receiver_is_left_alone_for_as_long_as_it_asks_within_reason(asked, tries, seed):
    waits = wait_s(tried(tries), Delivery("HTTP 429", asked), TERMS, seed=seed)
    assert min(asked, TERMS.longest_wait_s) <= waits <= TERMS.longest_wait_s


@given(more=st.integers(0, 100), asked=st.floats(0, 1e9), seed=SEEDS)
def test_after_the_last_try_it_is_given_up(more, asked, seed):
    message = tried(TERMS.most_tries + more)
    assert wait_s(message, Delivery("no", asked), TERMS, seed=seed) is None


def test_about_an_hour_passes_before_a_message_is_given_up():
    tries = range(1, TERMS.most_tries)
    waits = [wait_s(tried(number), Delivery("no"), TERMS, seed=1) for number in tries]
    assert 30 * 60 < sum(waits) < 70 * 60
