/** What the command view does with what the live stream tells. */

import { batch } from "@preact/signals";
import { keepListening } from "../frame/stream";
import type { Incident, Position } from "../service/shapes";
import { readAgain } from "./actions";
import type { Assignment, SecondThought, Whistle } from "./case_shapes";
import { readRecordSoon, takeAssignment, takeSecondThought } from "./cases";
import { readCoverage } from "./coverage";
import { dropIncident, takeIncident } from "./incidents";
import { positions } from "./state";

interface Positions {
  complete: boolean;
  items: Position[];
}

/** Listens for as long as the page stands. */
export function listenToCity(): void {
  keepListening(
    {
      positions: takePositions,
      incident: (incident: Incident) => {
        takeIncident(incident);
        readRecordSoon(incident.id);
      },
      assignment: (assignment: Assignment) => takeAssignment(assignment),
      whistle: ({ incident }: Whistle) => readRecordSoon(incident),
      resuggest: (thought: SecondThought) => takeSecondThought(thought),
      incident_gone: ({ id }: { id: string }) => dropIncident(id),
      coverage: () => void readCoverage(),
    },
    readAgain,
  );
}

function takePositions({ complete, items }: Positions): void {
  batch(() => {
    const known = complete ? new Map<string, Position>() : new Map(positions.value);
    for (const item of items) known.set(item.officer, item);
    positions.value = known;
  });
}
