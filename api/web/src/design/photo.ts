/** Photos of a phone: drawn anew and smaller before they are sent, so that little is sent. */

const LONGEST_SIDE = 1600;
const QUALITY = 0.82;

/** What a file is sent as; one that cannot be drawn goes as it is, and the service says why not. */
export async function smaller(file: File): Promise<Blob> {
  let drawn: ImageBitmap;
  try {
    drawn = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return file;
  }
  const scale = Math.min(1, LONGEST_SIDE / Math.max(drawn.width, drawn.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(drawn.width * scale));
  canvas.height = Math.max(1, Math.round(drawn.height * scale));
  canvas.getContext("2d")?.drawImage(drawn, 0, 0, canvas.width, canvas.height);
  drawn.close();
  const blob = await new Promise<Blob | null>((done) => {
    canvas.toBlob(done, "image/jpeg", QUALITY);
  });
  return blob ?? file;
}
