import { chosenFinding, isOpen, opened, openedId, uploading } from "./state";
import { shapesOf } from "./actions";
import { preview } from "./upload";
import { say } from "./words";

/** What the lines on the map mean; only of what is drawn. */
export function Legend() {
  const finding = chosenFinding.value;
  const remedied = finding !== null && shapesOf(finding).length > 0;
  const previewed = uploading.value && preview.value !== null;
  const draft = openedId.value !== null && opened.value.state === "ready" ? opened.value : null;
  const drawn = draft !== null && isOpen(draft.value.value);
  if (!drawn && !previewed) return null;
  return (
    <ul class="layers-legend">
      {previewed && (
        <li>
          <i class="line-preview" /> {say("previewLayer")}
        </li>
      )}
      {drawn && (
        <>
          <li>
            <i class="line-draft" /> {say("draft_layer")}
          </li>
          <li>
            <i class="line-published" /> {say("published_layer")}
          </li>
        </>
      )}
      {remedied && (
        <>
          <li>
            <i class="line-from" /> {say("before")}
          </li>
          <li>
            <i class="line-to" /> {say("after")}
          </li>
        </>
      )}
    </ul>
  );
}
