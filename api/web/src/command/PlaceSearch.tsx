import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { nameOf } from "../frame/words";
import { Refused, type LonLat } from "../service/ask";
import { workOnPlace } from "./actions";
import { cases } from "./case_service";
import type { FoundPlace } from "./case_shapes";
import { word } from "./case_words";
import { subject } from "./state";

const WAIT_MS = 150;
const LON_LAT = /^\s*(-?\d+(?:\.\d+)?)\s*[,，\s]\s*(-?\d+(?:\.\d+)?)\s*$/;

/** Where it is, by name, by address, or as longitude and latitude. */
export function PlaceSearch() {
  const typed = useSignal("");
  const found = useSignal<readonly FoundPlace[] | null>(null);
  const active = useSignal(0);
  useEffect(() => {
    const words = typed.value.trim();
    const asked = new AbortController();
    const timer = window.setTimeout(() => {
      if (words.length === 0 || LON_LAT.test(words)) found.value = null;
      else void look(words, asked.signal);
    }, WAIT_MS);
    return () => {
      window.clearTimeout(timer);
      asked.abort();
    };
  }, [typed.value]);
  const look = async (words: string, signal: AbortSignal): Promise<void> => {
    try {
      const { items } = await cases.places(words, null, signal);
      found.value = items;
      active.value = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Refused)) throw error;
      found.value = [];
    }
  };
  const take = (lonLat: LonLat): void => {
    workOnPlace(lonLat);
    found.value = null;
    document.getElementById("report-text")?.focus();
  };
  const press = (event: KeyboardEvent): void => {
    const list = found.value ?? [];
    if (event.key === "ArrowDown") active.value = Math.min(active.value + 1, list.length - 1);
    else if (event.key === "ArrowUp") active.value = Math.max(active.value - 1, 0);
    else if (event.key === "Enter") enter(list);
    else return;
    event.preventDefault();
  };
  const enter = (list: readonly FoundPlace[]): void => {
    const given = LON_LAT.exec(typed.value);
    const place = list[active.value];
    if (given) take([Number(given[1]), Number(given[2])]);
    else if (place) take(place.lon_lat);
  };
  return (
    <div class="picker">
      <label class="field">
        <span>{word("reportPlace")}</span>
        <input
          id="report-place"
          role="combobox"
          aria-expanded={(found.value?.length ?? 0) > 0}
          aria-controls="place-list"
          autocomplete="off"
          autofocus={subject.value === null}
          value={typed.value}
          onInput={(event) => (typed.value = event.currentTarget.value)}
          onKeyDown={press}
        />
      </label>
      {found.value !== null && (
        <ul class="options in-place" id="place-list" role="listbox">
          {found.value.map((place, index) => (
            <li
              key={place.code}
              role="option"
              class="option"
              aria-selected={index === active.value}
              onMouseDown={(event) => {
                event.preventDefault();
                take(place.lon_lat);
              }}
            >
              <span>{nameOf(place)}</span>
              <span class="aside">{place.address}</span>
            </li>
          ))}
          {found.value.length === 0 && <li class="options-note">{word("reportPlaceNone")}</li>}
        </ul>
      )}
    </div>
  );
}
