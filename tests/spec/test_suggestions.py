"""Who goes, in drawn towns; a gap of four columns or two rows takes a minute by car."""

from spec.town import town
from spec.town_city import Crew, TownCity, passed_over, proposals

from dispatch.unit import DutyStatus


def test_crews_rank_by_road_not_by_air():
    drawn = TownCity(
        town("""
            1 ~ x-----2
            |   |
            a---b
        """),
        home="12",
    )
    assert proposals(drawn.suggest("x")) == "2 after 90 s, 1 after 180 s"


def test_across_the_bay_the_crew_nearest_by_road_wins_over_six_that_are_nearer_by_air():
    bay = TownCity(
        town("""
            1-2-3-4-5-6-a-----------b
            ~   ~   ~   ~   ~       |
            ~ bay ~ ~ ~ ~ ~         |
              ~ ~ ~   ~   ~         |
                    x---------7-----c
        """.replace("bay", "~~~")),
        home="1234567",
    )
    suggestion = bay.suggest("x")
    assert suggestion.proposals[0].unit == "7"
    assert suggestion.proposals[0].eta_s == 150
    assert all(proposal.eta_s > 500 for proposal in suggestion.proposals[1:])
