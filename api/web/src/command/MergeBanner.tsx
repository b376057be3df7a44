import { word } from "./case_words";
import { endMerging, merging } from "./merging";

/** While the other incident is being picked, the map says so. */
export function MergeBanner() {
  if (merging.value === null) return null;
  return (
    <p class="merge-banner" role="status" data-testid="merge-banner">
      <b>{merging.value}</b> {word("mergeBanner")}
      <button type="button" class="button quiet" onClick={endMerging}>
        <kbd>Esc</kbd>
      </button>
    </p>
  );
}
