/** The city and what rarely changes in it: read when a view is opened, looked up by code. */

import { batch, computed, signal } from "@preact/signals";
import { service } from "../service/service";
import type { City, Matter, Named, Officer, Session, Unit } from "../service/shapes";
import { clockAhead, type Fetched } from "./screen";

/** Who is signed in; null before the service has said so, and for whoever needs no account. */
export const session = signal<Session | null>(null);

export const opening = signal<Fetched<City>>({ state: "loading" });
export const matters = signal<ReadonlyMap<string, Matter>>(new Map());
export const domains = signal<ReadonlyMap<string, Named>>(new Map());
export const units = signal<ReadonlyMap<string, Unit>>(new Map());
export const officers = signal<ReadonlyMap<string, Officer>>(new Map());
export const zones = signal<ReadonlyMap<string, Named>>(new Map());

/** The zones with their ground, once a map has read them. */
export const zoneLayer = signal<GeoJSON.FeatureCollection | null>(null);

export const city = computed(() =>
  opening.value.state === "ready" ? opening.value.value : null,
);

/** Whether the person who is signed in may do something. */
export function may(act: string): boolean {
  return session.value?.acts.includes(act) ?? false;
}

/** Reads the city, as far as anybody may know it or all of it, and sets the clock by its own. */
export async function readCity(publicly = false): Promise<City> {
  const opened = await (publicly ? service.publicCity() : service.city());
  clockAhead.value = Date.parse(opened.now) - Date.now();
  return opened;
}

/** Reads matters and domains. */
export async function readMatters(): Promise<void> {
  const [matterList, domainList] = await Promise.all([service.matters(), service.domains()]);
  batch(() => {
    matters.value = byCode(matterList);
    domains.value = byCode(domainList);
  });
}

/** Reads units and officers, which may change while the city stays. */
export async function readUnits(): Promise<void> {
  const [unitList, officerList] = await Promise.all([service.units(), service.officers()]);
  batch(() => {
    units.value = byCode(unitList);
    officers.value = new Map(officerList.map((officer) => [officer.id, officer]));
  });
}

/** Remembers what the zones are called, once their layer is there. */
export function nameZones(layer: GeoJSON.FeatureCollection): void {
  const named = layer.features.map((feature) => ({
    code: String(feature.properties?.["code"]),
    name: String(feature.properties?.["name"]),
    name_en: String(feature.properties?.["name_en"] ?? ""),
  }));
  batch(() => {
    zones.value = byCode(named);
    zoneLayer.value = layer;
  });
}

function byCode<T extends { code: string }>(items: T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.code, item]));
}
