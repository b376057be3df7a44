/** What runs beside the service: simulations and searches for proposals, watched while they run. */

import { batch, effect, signal } from "@preact/signals";
import { Refused } from "../service/ask";
import { attempt } from "./actions";
import { planner, type ProposalAsked, type SimulationAsked } from "./service";
import type { Job, ProposalJob, Simulation, WholeProposal, WholeSimulation } from "./shapes";
import { tab } from "./state";

const LOOK_AGAIN_MS = 1_000;

export const simulations = signal<readonly Simulation[]>([]);
export const proposalJobs = signal<readonly ProposalJob[]>([]);
export const simulation = signal<WholeSimulation | null>(null);
export const proposal = signal<WholeProposal | null>(null);

const underWay = ({ state }: Job) => state === "waiting" || state === "running";

let watching = 0;

/** Looks how far they are for as long as one is under way and its tab is open. */
export function keepJobs(): void {
  effect(() => {
    window.clearInterval(watching);
    if (tab.value !== "simulate" && tab.value !== "propose") return;
    void look(tab.value);
    watching = window.setInterval(() => {
      const listed = tab.peek() === "simulate" ? simulations.peek() : proposalJobs.peek();
      if (listed.some(underWay)) void look(tab.peek());
    }, LOOK_AGAIN_MS);
  });
}

async function look(at: string): Promise<void> {
  try {
    if (at === "simulate") await lookAtSimulations();
    else await lookAtProposals();
  } catch (error) {
    // The next look tries again; what runs is not lost by it.
    if (!(error instanceof Refused)) throw error;
  }
}

async function lookAtSimulations(): Promise<void> {
  const listed = await planner.simulations();
  const watched = simulation.peek();
  const same = watched && listed.find(({ id }) => id === watched.id);
  const whole = same && same.state !== watched.state ? await planner.simulation(same.id) : null;
  batch(() => {
    simulations.value = listed;
    if (whole) simulation.value = whole;
    else if (same && watched) simulation.value = { ...watched, ...same };
  });
}

async function lookAtProposals(): Promise<void> {
  const listed = await planner.proposals();
  const watched = proposal.peek() ?? listed[0];
  const same = watched && listed.find(({ id }) => id === watched.id);
  const known = proposal.peek();
  const whole = same && same.state !== known?.state ? await planner.proposal(same.id) : null;
  batch(() => {
    proposalJobs.value = listed;
    if (whole) proposal.value = whole;
    else if (same && known) proposal.value = { ...known, ...same };
  });
}

/** Asks for a simulation and watches it. */
export async function simulate(asked: SimulationAsked): Promise<void> {
  const made = await attempt(() => planner.simulate(asked));
  if (!made) return;
  batch(() => {
    simulation.value = { ...made, result: null };
    simulations.value = [made, ...simulations.value];
  });
}

/** Shows one that was asked for before. */
export async function showSimulation(id: string): Promise<void> {
  const whole = await attempt(() => planner.simulation(id));
  if (whole) simulation.value = whole;
}

export async function cancelSimulation(id: string): Promise<void> {
  await attempt(() => planner.cancelSimulation(id));
  await look("simulate");
}

/** Asks for proposals and watches the search. */
export async function propose(asked: ProposalAsked): Promise<void> {
  const made = await attempt(() => planner.propose(asked));
  if (!made) return;
  batch(() => {
    proposal.value = { ...made, result: null };
    proposalJobs.value = [made, ...proposalJobs.value];
  });
}

export async function cancelProposal(id: string): Promise<void> {
  await attempt(() => planner.cancelProposal(id));
  await look("propose");
}
