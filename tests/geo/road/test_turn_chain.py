"""Begun chains of turn rules, against their definition in words."""

from hypothesis import given
from spec.made_networks import networks

from geo.road.streets import BANNED
from geo.road.turn_chain import begun_chains


@given(networks())
def test_begun_chains_are_the_proper_prefixes_of_the_rules_in_order(network):
    begun = begun_chains(network)
    chains = [
        tuple(edges[:length].tolist())
        for edges, length in zip(begun.edge, begun.length, strict=True)
    ]
    assert chains == sorted(prefixes(network))
    assert begun.last_edge.tolist() == [chain[-1] for chain in chains]


@given(networks())
def test_driving_on_leads_to_the_longest_chain_begun_and_pays_for_all_that_end(network):
    chains = sorted(prefixes(network))
    cost_of = {rule.refs: rule.cost_ms for rule in network.turn_rules()}
    state_of = {chain: network.n_nodes + row for row, chain in enumerate(chains)}
    expected = []
    for chain in chains:
        node = network.edge_head[chain[-1]]
        for edge in range(network.first_out[node], network.first_out[node + 1]):
            driven = (*chain, edge)
            ends = [driven[start:] for start in range(len(driven))]
            costs = [cost_of[end] for end in ends if end in cost_of]
            if BANNED not in costs:
                states = [state_of[end] for end in ends if end in state_of]
                to = [*states, int(network.edge_head[edge])][0]
                expected.append([state_of[chain], to, edge, sum(costs)])
    assert begun_chains(network).arcs(network).tolist() == expected


def prefixes(network):
    """Proper prefixes of all rules."""
    return {rule.refs[:end] for rule in network.turn_rules() for end in range(1, len(rule.refs))}
