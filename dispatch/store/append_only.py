"""
Rows that are only added to: the database itself refuses to change or erase one.

An embedded store has triggers, a database triggers and one function, made with their table by the
migrations.  Where retention may take rows, it has to say so in the audit first: a row goes only
while the last entry of the audit names it, so what lets it go is over with the next entry.  Whoever
has the file or owns the tables can drop a trigger; what they change then, the audit's chain shows.

SQLite erases without asking a trigger where a program says ``INSERT OR REPLACE`` and has not turned
``recursive_triggers`` on; so an embedded store looks at what is inserted, too.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, inspect

ONLY_ADDED = "only_added"
"""Under which name a declared table says how it is kept."""


@dataclass(frozen=True, slots=True)
class OnlyAdded:
    """
    How the rows of a table are kept.

    Attributes
    ----------
    fixed
        Columns that never change; none named means all.
    goes_if
        Condition on the columns with which a row may go, in words of SQL that both stores know;
        empty if none may.
    dropped_by
        Act of the audit's last entry that lets rows go, up to the number in its detail ``seq``;
        empty if none does.
    number
        Column that holds the number which such an entry names.
    after_h
        Hours by which a row has to be older than that entry.
    offered_again
        Whether rows that are there already may be inserted anew, and are passed over; else that is
        refused.
    """

    fixed: tuple[str, ...] = ()
    goes_if: str = ""
    dropped_by: str = ""
    number: str = "fid"
    after_h: int = 0
    offered_again: bool = False


_SAID = "{table} is only added to: no row of it is changed or erased."

_NAMED_IN_FILE = """
    EXISTS (SELECT 1 FROM (SELECT * FROM audit ORDER BY seq DESC LIMIT 1) AS entry
        WHERE entry.act = '{act}' AND OLD.{number} <= json_extract(entry.detail, '$.seq')
        AND OLD.at < strftime('%Y-%m-%dT%H:%M:%fZ', entry.at, '-{hours} hours'))"""

_IN_FILE = (
    (
        "CREATE TRIGGER {table}_not_changed BEFORE UPDATE{fixed} ON {table} "
        "BEGIN SELECT RAISE(ABORT, '{said}'); END"
    ),
    (
        "CREATE TRIGGER {table}_not_erased BEFORE DELETE ON {table} WHEN NOT ({goes}) "
        "BEGIN SELECT RAISE(ABORT, '{said}'); END"
    ),
    (
        "CREATE TRIGGER {table}_not_replaced BEFORE INSERT ON {table} "
        "WHEN EXISTS (SELECT 1 FROM {table} AS held WHERE {same}) "
        "BEGIN SELECT RAISE({answer}); END"
    ),
)

_FUNCTION = """
CREATE OR REPLACE FUNCTION keep_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry record;
BEGIN
    IF TG_OP = 'DELETE' AND TG_NARGS = 3 THEN
        EXECUTE format('SELECT * FROM %I.audit ORDER BY seq DESC LIMIT 1', TG_TABLE_SCHEMA)
            INTO entry;
        IF entry.act = TG_ARGV[0] THEN
            IF (to_jsonb(OLD) ->> TG_ARGV[1])::bigint <= (entry.detail::jsonb ->> 'seq')::bigint
                AND OLD.at < entry.at - make_interval(hours => TG_ARGV[2]::integer)
            THEN
                RETURN OLD;
            END IF;
        END IF;
    END IF;
    RAISE EXCEPTION '% is only added to: no row of it is changed or erased.', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""
"""Dumps of tables call it by its name, under which the meaning of its arguments never changes."""

_ON_SERVER = (
    (
        "CREATE TRIGGER {table}_not_changed BEFORE UPDATE{fixed} ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION keep_row()"
    ),
    (
        "CREATE TRIGGER {table}_not_erased BEFORE DELETE ON {table} "
        "FOR EACH ROW{when} EXECUTE FUNCTION keep_row({entry})"
    ),
    (
        "CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION keep_row()"
    ),
)


def only_add(connection: Connection, table: str, kept: OnlyAdded) -> None:
    """
    Let a fresh table refuse changes from now on; `list_table` does for those that say so.

    Parameters
    ----------
    connection
        To the store, in a transaction that may write.
    table
        Name of the table.
    kept
        How its rows are kept.
    """
    if connection.dialect.name == "sqlite":
        triggers = _in_file(table, kept, _keys(connection, table))
    else:
        connection.exec_driver_sql(_FUNCTION.replace("%", "%%"))
        triggers = _on_server(table, kept)
    for trigger in triggers:
        connection.exec_driver_sql(trigger)


def triggers_of(table: str, dialect: str) -> tuple[str, ...]:
    """
    Name what guards a table that is only added to.

    Parameters
    ----------
    table
        Its name.
    dialect
        What SQLAlchemy calls the kind of store.

    Returns
    -------
    triggers
        Their names; whoever tampers with a row has to drop them first.
    """
    made = _IN_FILE if dialect == "sqlite" else _ON_SERVER
    return tuple(each.split()[2].format(table=table) for each in made)


def _keys(connection: Connection, table: str) -> list[list[str]]:
    """Columns by which two rows of a table may not be the same, key by key."""
    found = inspect(connection)
    unique = [each["column_names"] for each in found.get_unique_constraints(table)]
    return [found.get_pk_constraint(table)["constrained_columns"], *sorted(unique)]


def _in_file(table: str, kept: OnlyAdded, keys: list[list[str]]) -> list[str]:
    """The triggers of an embedded store."""
    goes, said = kept.goes_if or "0", _SAID.format(table=table)
    if kept.dropped_by:
        goes = _NAMED_IN_FILE.format(act=kept.dropped_by, number=kept.number, hours=kept.after_h)
    same = (" AND ".join(f"held.{name} = NEW.{name}" for name in key) for key in keys)
    names = {"table": table, "fixed": _of(kept.fixed), "goes": goes, "said": said}
    names["same"] = " OR ".join(f"({each})" for each in same)
    names["answer"] = "IGNORE" if kept.offered_again else f"ABORT, '{said}'"
    return [each.format(**names) for each in _IN_FILE]


def _on_server(table: str, kept: OnlyAdded) -> list[str]:
    """The triggers of a database; a condition that asks another table has to be a function."""
    named = (kept.dropped_by, kept.number, str(kept.after_h)) if kept.dropped_by else ()
    when = f" WHEN (NOT ({kept.goes_if}))" if kept.goes_if else ""
    entry = ", ".join(f"'{each}'" for each in named)
    names = {"table": table, "fixed": _of(kept.fixed), "when": when, "entry": entry}
    return [each.format(**names) for each in _ON_SERVER]


def _of(columns: tuple[str, ...]) -> str:
    """Which columns an update has to touch for the trigger to see it."""
    return f" OF {', '.join(columns)}" if columns else ""
