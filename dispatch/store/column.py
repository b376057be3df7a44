"""Column types that mean the same on every dialect: shapes, instants, lists."""

from __future__ import annotations

import json
from dataclasses import astuple
from datetime import UTC, datetime
from typing import Any

import shapely
from geoalchemy2 import Geometry
from geoalchemy2.elements import WKBElement
from geoalchemy2.shape import from_shape, to_shape
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from dispatch.incident import Filing
from dispatch.store import geopackage
from geo.remark import Remark

SEPARATOR = ";"
"""Between the codes of a list."""


class _GeoPackageBlob(UserDefinedType[bytes]):
    """Binary column whose declared type is the geometry's, as GeoPackage wants it."""

    cache_ok = True

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def get_col_spec(self, **_: object) -> str:
        """Declare the column."""
        return self.kind


class Shape(TypeDecorator[BaseGeometry]):
    """
    A geometry in WGS-84: GeoPackage blob in an SQLite file, PostGIS geometry elsewhere.

    Parameters
    ----------
    kind
        ``POINT`` or ``MULTIPOLYGON``; polygons are stored as multipolygons of one.
    """

    impl = Geometry
    cache_ok = True

    def __init__(self, kind: str) -> None:
        super().__init__(kind, srid=geopackage.WGS84, spatial_index=False)
        self.kind = kind

    def __repr__(self) -> str:
        """As a migration writes it."""
        return f"Shape({self.kind!r})"

    def load_dialect_impl(self, dialect: Dialect | None) -> TypeEngine[Any]:
        """Choose the column type; GeoAlchemy2 asks without a dialect, too, when it looks on."""
        if dialect is None or dialect.name == "sqlite":
            return _GeoPackageBlob(self.kind)
        return dialect.type_descriptor(self.impl_instance)

    def process_bind_param(self, value: BaseGeometry | None, dialect: Dialect) -> object:
        """Write a geometry."""
        if value is None:
            return None
        if self.kind == "MULTIPOLYGON" and isinstance(value, Polygon):
            value = MultiPolygon([value])
        if dialect.name == "sqlite":
            return geopackage.to_blob(value)
        return from_shape(shapely.force_2d(value), srid=geopackage.WGS84)

    def process_result_value(
        self, value: bytes | WKBElement | None, dialect: Dialect
    ) -> BaseGeometry | None:
        """Read a geometry."""
        del dialect  # the value tells by itself which store it comes from
        if value is None:
            return None
        return geopackage.from_blob(value) if isinstance(value, bytes) else to_shape(value)


class _GeoPackageDateTime(UserDefinedType[str]):
    """Text column declared as GeoPackage's date and time."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Declare the column."""
        return "DATETIME"


class Instant(TypeDecorator[datetime]):
    """An instant, stored in UTC to the millisecond."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def __repr__(self) -> str:
        """As a migration writes it."""
        return "Instant()"

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type."""
        if dialect.name == "sqlite":
            return _GeoPackageDateTime()
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> object:
        """Write an instant as GeoPackage does: ``2026-11-20T02:00:00.000Z``."""
        if value is None:
            return None
        utc = value.astimezone(UTC)
        utc = utc.replace(microsecond=utc.microsecond // 1000 * 1000)
        if dialect.name != "sqlite":
            return utc
        return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | None:
        """Read an instant."""
        del dialect  # the value tells by itself which store it comes from
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)  # a server answers in the zone of the connection
        return datetime.fromisoformat(str(value))


class Codes(TypeDecorator[tuple[str, ...]]):
    """A list of codes in one text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        """Write the codes one after the other."""
        del dialect  # the same everywhere
        return None if value is None else SEPARATOR.join(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        """Read the codes."""
        del dialect  # the same everywhere
        return split_codes(value)


class Filings(TypeDecorator[tuple[Filing, ...]]):
    """Who has filed a case, and when, as JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[Filing, ...] | None, dialect: Dialect) -> str | None:
        """Write body and instant of each."""
        del dialect  # the same everywhere
        if value is None:
            return None
        pairs = [(filing.body, filing.filed_at.isoformat()) for filing in value]
        return json.dumps(pairs, ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[Filing, ...]:
        """Read the filings."""
        del dialect  # the same everywhere
        pairs = json.loads(value or "[]")
        return tuple(Filing(body, datetime.fromisoformat(time)) for body, time in pairs)


class Remarks(TypeDecorator[tuple[Remark, ...]]):
    """Sentences with their codes, in both languages, as JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[Remark, ...] | None, dialect: Dialect) -> str | None:
        """Write code and texts of each."""
        del dialect  # the same everywhere
        if value is None:
            return None
        return json.dumps([astuple(remark) for remark in value], ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[Remark, ...]:
        """Read the remarks."""
        del dialect  # the same everywhere
        return tuple(Remark(*texts) for texts in json.loads(value or "[]"))


def split_codes(text: str | None) -> tuple[str, ...]:
    """
    Take a list of codes apart.

    Parameters
    ----------
    text
        Codes with ``;`` between them; empty for none.

    Returns
    -------
    codes
        In the order written.
    """
    if not text:
        return ()
    return tuple(code.strip() for code in text.split(SEPARATOR) if code.strip())
