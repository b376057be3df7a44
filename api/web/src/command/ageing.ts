/** How long an incident has waited, as a colour: calm, then warm, then red. */

const STEPS: readonly (readonly [minutes: number, color: string, level: string])[] = [
  [5, "#3b82a8", "fresh"],
  [15, "#d99a00", "warm"],
  [30, "#e0702c", "hot"],
];
const OVERDUE = ["#c92a3a", "overdue"] as const;

function stepOf(milliseconds: number): readonly [color: string, level: string] {
  const step = STEPS.find(([minutes]) => milliseconds < minutes * 60_000);
  return step ? [step[1], step[2]] : OVERDUE;
}

export function ageColor(milliseconds: number): string {
  return stepOf(milliseconds)[0];
}

export function ageLevel(milliseconds: number): string {
  return stepOf(milliseconds)[1];
}
