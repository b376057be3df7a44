"""Words that sources use for the class of a road, and the class each stands for."""

from __future__ import annotations

from geo.road.road_class import CLASS_CODE, RoadClass

OTHER_WORDS = {
    "road": RoadClass.UNCLASSIFIED,  # OpenStreetMap: class not known yet
    "unknown": RoadClass.UNCLASSIFIED,  # Geofabrik's word for the same
    "trail": RoadClass.PATH,  # OpenStreetMap before 2008, still found
    "corridor": RoadClass.FOOTWAY,  # through a building
    "track_grade1": RoadClass.TRACK,
    "track_grade2": RoadClass.TRACK,
    "track_grade3": RoadClass.TRACK,
    "track_grade4": RoadClass.TRACK,
    "track_grade5": RoadClass.TRACK,
    "高速公路": RoadClass.MOTORWAY,
    "高速": RoadClass.MOTORWAY,
    "城市快速路": RoadClass.TRUNK,
    "快速路": RoadClass.TRUNK,
    "国道": RoadClass.TRUNK,
    "主干路": RoadClass.PRIMARY,
    "主干道": RoadClass.PRIMARY,
    "省道": RoadClass.PRIMARY,
    "次干路": RoadClass.SECONDARY,
    "次干道": RoadClass.SECONDARY,
    "县道": RoadClass.SECONDARY,
    "支路": RoadClass.TERTIARY,
    "乡道": RoadClass.TERTIARY,
    "村道": RoadClass.UNCLASSIFIED,
    "居住区道路": RoadClass.RESIDENTIAL,
    "小区道路": RoadClass.RESIDENTIAL,
    "内部道路": RoadClass.SERVICE,
    "匝道": RoadClass.MOTORWAY_LINK,
    "步行街": RoadClass.PEDESTRIAN,
    "人行道": RoadClass.FOOTWAY,
    "非机动车道": RoadClass.CYCLEWAY,
    "轮渡": RoadClass.FERRY,
}
"""Words beside the names of the classes themselves."""


def road_class(word: str) -> RoadClass | None:
    """
    Find the class that a source's word stands for.

    Parameters
    ----------
    word
        A value of OpenStreetMap's ``highway``, or the word of another source.

    Returns
    -------
    road_class
        None for a word that names no road: ``platform``, ``construction``, ``other``.
    """
    plain = word.strip().lower()
    return RoadClass(plain) if plain in CLASS_CODE else OTHER_WORDS.get(plain)
