import { metresOf } from "./figures";
import { nameOfCrs } from "./kind_words";
import type { Preview } from "./shapes";
import { readAs } from "./upload";
import { say } from "./words";

/** Degrees that agree with each other within a metre are one datum. */
function datumOf(crs: string | null): string {
  return crs === "gcj02" || crs === "bd09" ? crs : "wgs84";
}

/** In which datum the layer was probably drawn, by how many metres, and how sure that is. */
export function DatumPanel({ seen }: { seen: Preview }) {
  const guess = seen.datum;
  if (!guess) return null;
  const fits = guess.datum === datumOf(seen.crs);
  const other = guess.datum !== null && !fits;
  return (
    <section class={other ? "datum other" : "datum"} data-testid="datum">
      <h3>{say("datum")}</h3>
      <p>
        {guess.datum === null ? (
          say(guess.tried.length ? "datumUndecided" : "datumNone")
        ) : (
          <>
            {say(guess.sureness === "high" ? "datumLikely" : "datumMaybe")}{" "}
            <b>{nameOfCrs(guess.datum)}</b>{" "}
            <span class={guess.sureness === "high" ? "tag good" : "tag warn"}>
              {say(guess.sureness === "high" ? "datumHigh" : "datumFair")}
            </span>
            {guess.shift_m > 0 && (
              <span class="shift">
                {say("datumShift")} {metresOf(guess.shift_m)} {say("datumShiftEnd")}
              </span>
            )}
            {fits && <span class="tag">{say("datumFits")}</span>}
          </>
        )}
      </p>
      {guess.tried.length > 0 && (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{say("crs")}</th>
              <th scope="col" class="number">
                {say("datumDistance")}
              </th>
              <td />
            </tr>
          </thead>
          <tbody>
            {guess.tried.map(({ datum, distance_m }) => (
              <tr key={datum} aria-selected={datum === guess.datum}>
                <th scope="row">{nameOfCrs(datum)}</th>
                <td class="number">{distance_m >= 59.95 ? "≥ 60 m" : metresOf(distance_m)}</td>
                <td>
                  {datum !== datumOf(seen.crs) && (
                    <button
                      class="link"
                      type="button"
                      data-testid={`read-as-${datum}`}
                      aria-label={`${say("datumRead")} ${nameOfCrs(datum)}`}
                      onClick={() => readAs(datum)}
                    >
                      {say("datumRead")}
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
