import { useEffect, useState } from "preact/hooks";
import { takeFile } from "./upload";
import { say } from "./words";

/** The whole page takes a file that is dropped on it, and says so while one hangs above. */
export function DropZone() {
  const [above, setAbove] = useState(false);
  useEffect(() => {
    const holds = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const over = (event: DragEvent) => {
      if (!holds(event)) return;
      event.preventDefault();
      setAbove(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setAbove(false);
    };
    const drop = (event: DragEvent) => {
      if (!holds(event)) return;
      event.preventDefault();
      setAbove(false);
      const [dropped] = event.dataTransfer?.files ?? [];
      if (dropped) takeFile(dropped);
    };
    window.addEventListener("dragover", over);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragover", over);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("drop", drop);
    };
  }, []);
  if (!above) return null;
  return (
    <div class="drop-over" aria-hidden="true">
      {say("dropNow")}
    </div>
  );
}
