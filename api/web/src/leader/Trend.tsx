const WIDTH = 96;
const HEIGHT = 24;
const EDGE = 3;

interface TrendProps {
  /** One for each span, the oldest first; null where there is nothing. */
  values: readonly (number | null)[];
  label: string;
}

/** A small line of the spans up to this one, whose point is the last. */
export function Trend({ values, label }: TrendProps) {
  const known = values.filter((value): value is number => value !== null);
  if (known.length < 2) return <span class="aside">—</span>;
  const low = Math.min(...known);
  const spread = Math.max(...known) - low;
  const places = values.map((value, at): [number, number] | null =>
    value === null
      ? null
      : [
          EDGE + (at * (WIDTH - 2 * EDGE)) / (values.length - 1),
          // What does not change runs through the middle.
          HEIGHT - EDGE - (spread ? (value - low) / spread : 0.5) * (HEIGHT - 2 * EDGE),
        ],
  );
  const path = places
    .map((place, at) => place && `${places[at - 1] ? "L" : "M"}${place[0]} ${place[1]}`)
    .filter(Boolean)
    .join("");
  const last = places.at(-1);
  return (
    <svg class="trend" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <path d={path} />
      {last && <circle cx={last[0]} cy={last[1]} r="2.6" />}
    </svg>
  );
}
