import type { Signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { smaller } from "./photo";

interface PhotoPickerProps {
  photos: Signal<readonly Blob[]>;
  most: number;
  /** What the button says, and what stands on the button that takes a photo away. */
  add: string;
  remove: string;
}

/** Photos that were taken, with a way to take one away, and a button for one more. */
export function PhotoPicker({ photos, most, add, remove }: PhotoPickerProps) {
  return (
    <>
      {photos.value.length > 0 && (
        <ul class="photos" data-testid="photos">
          {photos.value.map((photo, at) => (
            <li key={at}>
              <Thumbnail photo={photo} />
              <button
                class="close"
                type="button"
                aria-label={`${remove} ${at + 1}`}
                onClick={() => (photos.value = photos.value.filter((one) => one !== photo))}
              >
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
      {photos.value.length < most && (
        <label class="button quiet wide photo-input">
          {add}
          <input
            type="file"
            accept="image/*"
            multiple
            aria-label={add}
            data-testid="photo-input"
            onChange={(event) => void take(event.currentTarget, photos, most)}
          />
        </label>
      )}
    </>
  );
}

async function take(
  input: HTMLInputElement,
  photos: Signal<readonly Blob[]>,
  most: number,
): Promise<void> {
  const files = [...(input.files ?? [])];
  input.value = "";
  const drawn = await Promise.all(files.map(smaller));
  photos.value = [...photos.value, ...drawn].slice(0, most);
}

function Thumbnail({ photo }: { photo: Blob }) {
  const address = useMemo(() => URL.createObjectURL(photo), [photo]);
  useEffect(() => () => URL.revokeObjectURL(address), [address]);
  return <img src={address} alt="" />;
}
