"""Networks go out as networkx graphs, tables and GeoPackages, and come back the same."""

import geopandas as gpd
import networkx as nx
import numpy as np
import osmnx
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from oracle.edge_expanded import Tables, slow_matrix_ms
from oracle.exported import read_export
from spec.made_networks import networks
from spec.town import town

from geo.errors import BadValue
from geo.road.exchange import to_geodataframe, to_networkx
from geo.road.export import export_network
from geo.road.read_graph import from_networkx
from geo.road.road_class import Mode, RoadClass
from geo.road.snap import join_nodes
from geo.road.speed import SPEED_KPH
from geo.road.travel_time import NetworkTravelTimes

DRAWN = town("""
    a->-b---c
    |   |
    d---e
""")
NETWORK = DRAWN.network(bans=["deb"], turn_costs={"abc": 20})


def matrix(network):
    nodes = join_nodes(network, np.arange(network.n_nodes))
    return NetworkTravelTimes(network).matrix(nodes, nodes)


@given(networks())
def test_a_graph_there_and_back_has_the_same_travel_times(network):
    back = from_networkx(to_networkx(network), mode=Mode.CAR)
    np.testing.assert_array_equal(matrix(back), matrix(network))
    assert back.n_edges == network.n_edges
    assert back.n_rules == network.n_rules


def test_the_graph_has_osmnx_names_and_osmnx_can_use_it():
    graph = to_networkx(NETWORK)
    data = graph.get_edge_data(0, 1)[0]
    assert data["oneway"] is True
    assert data["highway"] == "residential"
    assert data["travel_time"] == 60.0
    assert data["speed_kph"] == pytest.approx(data["length"] / 60 * 3.6)
    route = osmnx.routing.shortest_path(graph, 0, 4, weight="travel_time")
    assert route == [0, 1, 4]
    nodes, edges = osmnx.convert.graph_to_gdfs(graph)
    assert (len(nodes), len(edges)) == (NETWORK.n_nodes, NETWORK.n_edges)


def test_an_osmnx_graph_is_read_by_its_classes_speeds_and_lists():
    graph = nx.MultiDiGraph(crs="epsg:4326")
    graph.add_node(11, x=109.0, y=21.0)
    graph.add_node(12, x=109.01, y=21.0)
    graph.add_edge(
        11, 12, osmid=[7, 8], highway=["primary", "secondary"], length=420.0, name="海滨路"
    )
    graph.add_edge(12, 11, osmid=7, highway="primary", length=420.0, speed_kph=21.0)
    network = from_networkx(graph, mode=Mode.CAR)
    assert network.node_source_id.tolist() == [0, 1]
    assert network.n_streets == 1
    primary_ms = round(420 / SPEED_KPH[Mode.CAR][RoadClass.PRIMARY] * 3600)
    assert network.edge_ms.tolist() == [primary_ms, 72_000]
    assert network.names == ("海滨路",)


def test_a_graph_without_positions_or_speeds_is_refused():
    graph = nx.MultiDiGraph()
    graph.add_node(1, x=109.0)
    with pytest.raises(BadValue, match="node 1 has no x and y"):
        from_networkx(graph, mode=Mode.CAR)
    graph.add_node(1, x=109.0, y=21.0)
    graph.add_edge(1, 1, highway="steps", length=3.0)
    with pytest.raises(BadValue, match="'steps' has no speed by car"):
        from_networkx(graph, mode=Mode.CAR)


def test_tables_draw_every_edge_in_the_direction_of_travel():
    nodes, edges = to_geodataframe(NETWORK)
    assert isinstance(edges, gpd.GeoDataFrame)
    assert edges.crs == nodes.crs == "EPSG:4326"
    start = shapely.get_coordinates(shapely.get_point(edges.geometry, 0))
    np.testing.assert_array_equal(start, NETWORK.node_lon_lat[edges.from_node])


def test_the_export_holds_enough_to_compute_the_same_times(tmp_path):
    export_network(NETWORK, tmp_path / "town.gpkg")
    tables = read_export(tmp_path / "town.gpkg")
    assert isinstance(tables, Tables)
    expected = slow_matrix_ms(tables, range(tables.n_nodes))
    np.testing.assert_array_equal(np.where(np.isinf(expected), -1, expected), matrix(NETWORK))


def test_the_export_has_the_agreed_layers_and_columns(tmp_path):
    export_network(NETWORK, tmp_path / "town.gpkg")
    layers = {name for name, _ in pyogrio.list_layers(tmp_path / "town.gpkg")}
    assert layers == {"nodes", "edges", "turns"}
    edges = pyogrio.read_dataframe(tmp_path / "town.gpkg", layer="edges")
    agreed = {"edge_id", "from_node", "to_node", "class", "length_m", "travel_time_s"}
    assert agreed <= set(edges.columns)
    turns = pyogrio.read_dataframe(tmp_path / "town.gpkg", layer="turns")
    assert sorted(turns.cost_s.tolist(), key=pd.isna) == [20.0, pytest.approx(np.nan, nan_ok=True)]


def test_an_export_replaces_whole_files_only(tmp_path):
    with pytest.raises(BadValue, match=r"end in \.gpkg"):
        export_network(NETWORK, tmp_path / "town.shp")
    with pytest.raises(BadValue, match="does not exist"):
        export_network(NETWORK, tmp_path / "nowhere" / "town.gpkg")
    (tmp_path / "town.gpkg").write_text("an older file")
    export_network(NETWORK, tmp_path / "town.gpkg")
    assert [path.name for path in tmp_path.iterdir()] == ["town.gpkg"]
