import { Dialog } from "../design/Dialog";
import { word } from "./case_words";
import { shut } from "./dialogs";
import { knownKeys, type Key, type KeyGroup } from "./keyboard";

const GROUPS: readonly (readonly [KeyGroup, "helpMoving" | "helpCase" | "helpMap" | "helpScreen"])[] = [
  ["moving", "helpMoving"],
  ["case", "helpCase"],
  ["map", "helpMap"],
  ["screen", "helpScreen"],
];

/** Every key of the view. */
export function Help() {
  return (
    <Dialog title={word("help")} leave={shut} wide testid="help">
      <div class="help">
        {GROUPS.map(([group, title]) => (
          <section key={group}>
            <h3>{word(title)}</h3>
            <dl>
              {unlike(knownKeys().filter((key) => key.group === group)).map((key) => (
                <div key={`${key.keys[0]} ${key.says()}`}>
                  <dt>
                    <kbd>{shown(key)}</kbd>
                  </dt>
                  <dd>{key.says()}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

/** Keys that stand in for others for a moment are told where they do; every other line once. */
function unlike(keys: readonly Key[]): readonly Key[] {
  const told = new Set<string>();
  return keys.filter(({ standsIn, keys: [key = ""], says }) => {
    const line = `${key} ${says()}`;
    if (standsIn || /^[2-9]$/.test(key) || told.has(line)) return false;
    told.add(line);
    return true;
  });
}

function shown({ keys: [key = ""] }: Key): string {
  if (key === "1") return "1 – 9";
  return key === "Escape" ? "Esc" : key;
}
