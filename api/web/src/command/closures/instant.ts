/** Instants as fields take them: by the city's clock, wherever the screen stands. */

/** What was typed as an instant; nothing where none was. */
export function instantOf(typed: string): string | null {
  return typed === "" ? null : `${typed}:00+08:00`;
}
