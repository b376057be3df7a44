"""Warming compiles every kernel for the one combination of types that questions use."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
from spec.city_questions import random_rules
from spec.every_question import compiled_after_warming
from spec.town import town

from geo.road.network import with_turn_rules
from geo.road.storage import save_network


@pytest.fixture(scope="module")
def kernels(tmp_path_factory):
    """What is compiled in a fresh process, once warmed and once everything was asked."""
    block = town("""
        a---b---c---d
        |   |   |   |
        e---f---g---h
        |   |   |   |
        i---j---k---l
    """)
    network = block.network()
    rules = random_rules(network, 6, 3, np.random.default_rng(1))
    folder = tmp_path_factory.mktemp("warm") / "network"
    save_network(with_turn_rules(network, rules), folder)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
        return fresh.submit(compiled_after_warming, folder).result()


def test_no_question_compiles_anything_that_warming_has_not(kernels):
    warmed, asked = kernels
    assert {name: count for name, count in asked.items() if count > warmed[name]} == {}


def test_every_kernel_is_compiled_for_one_combination_of_types(kernels):
    _, asked = kernels
    assert sum(asked.values()) > 20
    assert {name: count for name, count in asked.items() if count > 1} == {}
