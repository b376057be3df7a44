/** What the command view does with what the live stream tells. */

import { keepListening } from "../frame/stream";
import type { Incident } from "../service/shapes";
import { readAgain } from "./actions";
import { followSwitch } from "./automation/automation";
import type { Assignment, SecondThought, Whistle } from "./case_shapes";
import { readRecordSoon, takeAssignment, takeSecondThought } from "./cases";
import { readCoverage } from "./coverage";
import { readClosures, takeClosure } from "./closures/closures";
import type { Closure } from "./closures/shapes";
import { takePositions } from "./fleet/fleet";
import { openInWorker } from "./fleet/source";
import { dropIncident, takeIncident } from "./incidents";

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
      closure: (closure: Closure) => takeClosure(closure),
      automation: () => followSwitch(),
      coverage: () => void readCoverage(),
    },
    async () => void (await Promise.all([readAgain(), readClosures()])),
    openInWorker,
  );
  void readClosures();
}
