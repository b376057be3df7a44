/** Crews as the list shows them: status, place, job, put together from what the page knows. */

import { computed, signal } from "@preact/signals";
import { officers, units } from "../../frame/book";
import { now } from "../../frame/screen";
import type { LonLat } from "../../service/ask";
import type { Officer, Status, Unit } from "../../service/shapes";
import { assignments } from "../cases";
import type { Assignment } from "../case_shapes";
import { fleet, type Whereabouts } from "../fleet/fleet";

/** A crew at this moment. */
export interface CrewNow {
  unit: Unit;
  zone: string | null;
  status: Status;
  members: readonly Officer[];
  onDuty: number;
  /** Place of the member who was seen last. */
  seen: Whereabouts | undefined;
  job: Assignment | undefined;
}

export const unitFilter = signal("");
export const statusFilter = signal<Status | "">("");
export const zoneFilter = signal("");
export const selectedUnit = signal<string | null>(null);

/** Ages and statuses of the list are looked at again every few seconds: nobody reads faster. */
export const lookedAt = computed(() => Math.floor(now.value / 3_000));

const NOBODY: readonly Officer[] = [];

const membersOf = computed(() => {
  const found = new Map<string, Officer[]>();
  for (const officer of officers.value.values()) {
    const of = found.get(officer.crew);
    if (of) of.push(officer);
    else found.set(officer.crew, [officer]);
  }
  return found;
});

const jobOf = computed(() => {
  const bound = [...assignments.value.values()].filter((one) => one.released_at === null);
  return new Map(bound.map((one) => [one.unit, one]));
});

/** Crews and drones that can be sent, by code. */
const crews = computed(() =>
  [...units.value.values()]
    .filter(({ kind }) => kind === "crew" || kind === "drone")
    .sort((left, right) => left.code.localeCompare(right.code)),
);

/** Crews that the filters let through, before their status is asked. */
const found = computed(() => {
  const wanted = unitFilter.value.trim().toLowerCase();
  const zone = zoneFilter.value;
  return crews.value.filter(
    (unit) => (!zone || zoneOf(unit) === zone) && (!wanted || textOf(unit).includes(wanted)),
  );
});

/** Crews of the list; of status, only as many are asked as are needed. */
export const listed = computed<readonly Unit[]>(() => {
  const wanted = statusFilter.value;
  if (!wanted) return found.value;
  void lookedAt.value;
  return found.value.filter((unit) => crewNow(unit).status === wanted);
});

/** Code of the zone whose brigade commands a unit. */
export function zoneOf(unit: Unit): string | null {
  return unit.zone ?? units.value.get(unit.parent ?? "")?.zone ?? null;
}

/** Zones that have crews. */
export const zonesWithCrews = computed(() => [
  ...new Set(crews.value.flatMap((unit) => zoneOf(unit) ?? [])),
].sort());

function textOf(unit: Unit): string {
  const names = (membersOf.value.get(unit.code) ?? NOBODY).map(({ name, id }) => `${name} ${id}`);
  const own = [unit.code, unit.name, unit.name_en, unit.call_sign, unit.phone];
  return [...own, ...names].join(" ").toLowerCase();
}

/** A crew at this moment. */
export function crewNow(unit: Unit): CrewNow {
  const members = membersOf.value.get(unit.code) ?? NOBODY;
  const places = members.flatMap(({ id }) => fleet.at(id) ?? []);
  const job = jobOf.value.get(unit.code);
  const statuses = members.map(({ id, status }) => fleet.at(id)?.status ?? status);
  return {
    unit,
    zone: zoneOf(unit),
    members,
    job,
    status: statusOf(statuses, job),
    onDuty: statuses.filter((status) => status !== "off_duty").length,
    seen: places.reduce<Whereabouts | undefined>(
      (best, one) => (!best || one.timeMs > best.timeMs ? one : best),
      undefined,
    ),
  };
}

function statusOf(statuses: Status[], job: Assignment | undefined): Status {
  if (job) return job.arrived_at === null ? "en_route" : "on_scene";
  for (const status of ["available", "busy"] as const) if (statuses.includes(status)) return status;
  return "off_duty";
}

/** Where a crew is: where a member was seen last, or its base. */
export function placeOf(unit: Unit): LonLat | null {
  return crewNow(unit).seen?.lonLat ?? unit.lon_lat;
}

/** Officers of the crew that is selected; they are ringed on the map. */
export const selectedOfficers = computed<readonly string[]>(() =>
  (membersOf.value.get(selectedUnit.value ?? "") ?? NOBODY).map(({ id }) => id),
);
