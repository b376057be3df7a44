/** Instants as fields take them: by the city's clock, wherever the screen stands. */

const OFFSET_MS = 8 * 3_600_000;

/** What was typed as an instant; nothing where none was. */
export function instantOf(typed: string): string | null {
  return typed === "" ? null : `${typed}:00+08:00`;
}

/** An instant as a field takes it. */
export function typedAt(instant: number): string {
  return new Date(instant + OFFSET_MS).toISOString().slice(0, 16);
}
