"""
Messages as they are published, and what they say: facts, bytes and values.

JT/T 808 frames come from the decoder tests of Traccar (``HuabaoProtocolDecoderTest``) and those of
open-source servers of 2019 (xtream-codec, go-jt808); phone messages from traccar.org/osmand, the
decoder tests of Traccar, the OwnTracks booklet, and a forwarding of Traccar 6.15 as it was
recorded in September 2026.
"""

from __future__ import annotations

from datetime import UTC, datetime

LOCATION_2019 = (
    "7e02004026010000000001391234432900000000006f0000001601dc9a0707456246007b0042000325012922"
    "33440202006401040000000c417e"
)
LOCATIONS_2019 = (
    "7e0704403f01000000000139123443290000000200001c000000010000000101d907f2073d336c029a002100"
    "59241029213903001c000000010000000101d907f3073d336d03090043005a241029213903f87e"
)
LOCATION_2013 = (
    "7e0200002601234567891200b900000000000000030261136106f0124d005802940000230426153032010400"
    "0004ce02020000aa7e"
)
NORTH_EAST = (
    "7e020000400303000002280042000000000000000301618ab406c31ec8000000000005180921161457010400"
    "00047830011031010aeb16000c00b28986011780108622216500060089ffffffffc37e"
)
SOUTH_EAST = (
    "7e0200002c00160128561400030000000000040007005de13c065c6cdb001600000000170117100542010400"
    "00a9002a02000030011b310104e47e"
)
NORTH_WEST = (
    "7e0200002e094027587492000a000000010000000a03083db7001329f3000000140000130412164952010400"
    "000012360a0002341502cb0c20085c107e"
)
SOUTH_WEST = (
    "7e020000220014012499170007000000000000400e012af16f02cbd2ba000000000000150101194257010400"
    "000077a97e"
)
NO_FIX = (
    "7e0200002c00160128561400020000000000040001005de1f7065c6cef000000000000170117100442010400"
    "00a9002a02000030011b3101030c7e"
)
LOCATIONS_2013 = (
    "7e070400db07904116875014480003010046000000000000000b020057d40072fb9c0064017200f220090215"
    "230301040000092930011f31010ceb1c000c00b28921200272401241734f00060089ffffffef000400ce1d46"
    "0046000000000000000b0200570c0072fdb2005f013600ee20090215230801040000092a30011f31010ceb1c"
    "000c00b28921200272401241734f00060089ffffffef000400ce1e800046000000000000000b020056ac0072"
    "fe9b005a00d200ec20090215231301040000092a30011b31010ceb1c000c00b28921200272401241734f0006"
    "0089ffffffef000400ce1e35d77e"
)
REGISTRATION_2013 = (
    "7e0100002d0141305678720024002c012f373031313142534a2d41362d424400000000000000000000003035"
    "363738373201d4c14238383838386d7e"
)
REGISTRATION_2019 = (
    "7e0100405301000000000172998417380000001f007363640000000000000000007777772e3830382e636f6d"
    "0000000000000000000000000000000000000037363534333231000000000000000000000000000000000000"
    "000000000001b2e241313233343b7e"
)
AUTHENTICATION_2013 = "7e0102000e013511221122000661757468656e7469636174696f6e3f7e"
HEARTBEAT_2013 = "7e0002000004304832546500b7ca7e"
HEARTBEAT_2019 = "7e0002400001000000613162636000010003707e"
ANSWER_2019 = "7e8001400501000000000139123443290000006f020000dc7e"
REGISTERED_2019 = "7e8100400e010000000001729984173800000000003137323939383431373338ba7e"
WRONG_CHECK = (
    "7e02000032013511221122000700000000000c000301578cc006ca3a5c004700000000140723172015010400"
    "00000030011631010bd07e"
)

KNOT_MPS = 1852 / 3600
KMH_MPS = 1000 / 3600


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc]  # year, month and so on


LOCATIONS = {
    LOCATION_2019: ("13912344329", (121.987654, -31.234567), utc(2025, 1, 29, 14, 33, 44), 6.6),
    LOCATION_2013: ("12345678912", (116.396621, 39.916385), utc(2023, 4, 26, 7, 30, 32), 66.0),
    NORTH_EAST: ("30300000228", (113.450696, 23.169716), utc(2018, 9, 21, 8, 14, 57), 0.0),
    SOUTH_EAST: ("1601285614", (106.720475, -6.152508), utc(2017, 1, 17, 2, 5, 42), 0.0),
    NORTH_WEST: ("94027587492", (-1.255923, 50.871735), utc(2013, 4, 12, 8, 49, 52), 2.0),
    SOUTH_WEST: ("1401249917", (-46.912186, -19.591535), utc(2015, 1, 1, 11, 42, 57), 0.0),
}
"""Frame, and what it says with clocks at UTC+8: phone, place, time, km/h."""

TRACCAR = {
    "position": {
        "id": 0,
        "attributes": {"distance": 0.0, "totalDistance": 0.0, "motion": True},
        "deviceId": 1,
        "protocol": "tk103",
        "serverTime": "2026-09-20T23:37:57.312+00:00",
        "deviceTime": "2026-09-20T23:37:57.000+00:00",
        "fixTime": "2026-09-20T23:37:57.000+00:00",
        "valid": True,
        "latitude": 14.6335,
        "longitude": -89.9885,
        "altitude": 0.0,
        "speed": 10.000003640000001,
        "course": 0.0,
    },
    "device": {
        "id": 1,
        "uniqueId": "860000000000001",
        "name": "860000000000001",
        "status": "offline",
        "positionId": 0,
    },
}
TRACCAR_2018 = {
    "position": {
        "id": 18336,
        "attributes": {"t": "i", "ignition": True, "distance": 449672.22},
        "deviceId": 7,
        "protocol": "owntracks",
        "deviceTime": "2018-09-14T15:34:17.000+0000",
        "fixTime": "2018-09-14T15:34:17.000+0000",
        "latitude": 49.0156556,
        "longitude": 8.3975169,
        "network": None,
    },
    "device": {"id": 7, "attributes": {"aaa": "AAAA", "mm": "1"}, "uniqueId": "q54"},
}

OSMAND_ADDRESSES = {
    "id=12345&lat=48.8566&lon=2.3522&timestamp=1609459200000": (
        ("12345", (2.3522, 48.8566), utc(2021, 1, 1), None)
    ),
    "deviceid=12345&lat=48.8566&lon=2.3522&timestamp=2021-01-01T00:00:00Z&speed=15&bearing=270"
    "&altitude=35&accuracy=10&hdop=0.8&batt=75": (
        ("12345", (2.3522, 48.8566), utc(2021, 1, 1), 15 * KNOT_MPS)
    ),
    "id=902064&lat=42.06288&lon=-88.23412&timestamp=2016-01-27T18%3A55%3A47Z&hdop=6.0"
    "&altitude=224.0&speed=0.0": (
        ("902064", (-88.23412, 42.06288), utc(2016, 1, 27, 18, 55, 47), 0.0)
    ),
    "lat=49.60688&lon=6.15788&timestamp=2014-06-04+09%3A10%3A11&altitude=384.7&speed=0.0"
    "&id=353861053849681": (
        ("353861053849681", (6.15788, 49.60688), utc(2014, 6, 4, 9, 10, 11), 0.0)
    ),
    "id=123456&timestamp=1377177267&lat=60.0&lon=30.0": (
        ("123456", (30.0, 60.0), utc(2013, 8, 22, 13, 14, 27), None)
    ),
    "id=123456&timestamp=1377177267&location=60.0,30.0": (
        ("123456", (30.0, 60.0), utc(2013, 8, 22, 13, 14, 27), None)
    ),
    "id=123456789012345&timestamp=1504763810&lat=40.7232948571&lon=-74.0061408571"
    "&bearing=7.19889788244&speed=40&ignition=true&rpm=933&fuel=24": (
        (
            "123456789012345",
            (-74.0061408571, 40.7232948571),
            utc(2017, 9, 7, 5, 56, 50),
            40 * KNOT_MPS,
        )
    ),
}
"""What stands behind the question mark, and what it says."""

OSMAND_JSON = (
    '{"location":{"timestamp":"2025-06-15T13:45:12.862Z","coords":{"latitude":37.4219983,'
    '"longitude":-122.084,"accuracy":5,"speed":0,"heading":-1,"altitude":5},"is_moving":false,'
    '"odometer":0,"event":"motionchange","battery":{"level":1,"is_charging":false},'
    '"activity":{"type":"still"},"extras":{},"_":"&id=48241179&lat=37.4219983&lon=-122.084'
    '&timestamp=2025-06-15T13:45:12.862Z&"},"device_id":"48241179"}'
)
OSMAND_UNKNOWN_SPEED = (
    '{"location":{"extras":{},"mock":true,"coords":{"speed_accuracy":-1,"speed":-1,'
    '"longitude":-122.406417,"ellipsoidal_altitude":0,"floor":null,"heading_accuracy":-1,'
    '"latitude":37.785834000000001,"accuracy":5,"altitude_accuracy":-1,"altitude":0,'
    '"heading":-1},"is_moving":false,"age":188,"odometer":0,'
    '"uuid":"2FB04C65-99CF-42AB-8DD3-EBCB4B108BF8","event":"motionchange",'
    '"battery":{"level":-1,"is_charging":false},'
    '"activity":{"type":"unknown","confidence":100},"timestamp":"2025-05-09T04:11:30.579Z"},'
    '"device_id":"658765"}'
)
OSMAND_MOVING = (
    '{"location":{"event":"motionchange","is_moving":false,'
    '"uuid":"0e9a2473-a9a7-4c00-997b-fb97d2154e75","timestamp":"2021-07-21T08:06:34.444Z",'
    '"odometer":0,"coords":{"latitude":-6.1148096,"longitude":106.6837015,"accuracy":3.8,'
    '"speed":18.67,"speed_accuracy":0.26,"heading":63,"heading_accuracy":0.28,"altitude":35.7,'
    '"altitude_accuracy":3.8},"activity":{"type":"still","confidence":100},'
    '"battery":{"is_charging":false,"level":0.79},"extras":{}},"device_id":"8737767034"}'
)

OWNTRACKS = {
    '{"_type":"location","acc":15,"alt":440,"batt":46,"conn":"w","lat":46.0681247,'
    '"lon":11.1512805,"t":"u","tid":"5t","tst":1551874878,"vac":2,"vel":0}': (
        ("5t", (11.1512805, 46.0681247), utc(2019, 3, 6, 12, 21, 18), 0.0)
    ),
    '{"lon":2.29513,"lat":48.85833,"tst":1497349316,"_type":"location","tid":"JJ"}': (
        ("JJ", (2.29513, 48.85833), utc(2017, 6, 13, 10, 21, 56), None)
    ),
    '{"cog":271,"lon":2.29513,"acc":5,"vel":61,"vac":21,"lat":48.85833,"tst":1497349316,'
    '"alt":167,"_type":"location","tid":"JJ","t":"u","batt":67}': (
        ("JJ", (2.29513, 48.85833), utc(2017, 6, 13, 10, 21, 56), 61 * KMH_MPS)
    ),
    '{"lon":-122,"acc":5,"created_at":1736161415,"lat":37,'
    '"topic":"owntracks/ckrey/22A67880-15C3-41A6-9157-25545C7993AC","t":"u","m":1,'
    '"tst":1736161169,"conn":"w","alt":0,"_type":"location","tid":"AC"}': (
        (
            "owntracks/ckrey/22A67880-15C3-41A6-9157-25545C7993AC",
            (-122, 37),
            utc(2025, 1, 6, 10, 59, 29),
            None,
        )
    ),
    '{"topic":"owntracks/qtripp/865284041968706","lat":47.420051,"lon":13.654704,"vel":0,'
    '"cog":113,"tst":1736519167,"mcc":232,"mnc":1,"lac":"4F4D","cid":"673A",'
    '"_type":"location","acc":10,"alt":1113,"t":"I","don":105,"tid":"CS"}': (
        (
            "owntracks/qtripp/865284041968706",
            (13.654704, 47.420051),
            utc(2025, 1, 10, 14, 26, 7),
            0.0,
        )
    ),
}
"""Message, and what it says: its sender, place, time, metres per second."""
