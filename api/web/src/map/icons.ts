/** Small pictures of the map, drawn here. */

import type { Map as MapLibre } from "maplibre-gl";
import type { Palette } from "./palette";

const SIZE = 52;

/** Adds an arrowhead per status: it points north and is turned to the heading. */
export function addHeadings(map: MapLibre, palette: Palette): void {
  for (const [status, color] of Object.entries(palette.status)) {
    const name = `heading-${status}`;
    if (map.hasImage(name)) map.removeImage(name);
    map.addImage(name, arrowhead(color, palette.routeCasing), { pixelRatio: 2 });
  }
}

function arrowhead(fill: string, edge: string): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("This browser cannot draw on a canvas.");
  pen.beginPath();
  pen.moveTo(SIZE / 2, 2);
  pen.lineTo(SIZE / 2 + 10, 17);
  pen.quadraticCurveTo(SIZE / 2, 11, SIZE / 2 - 10, 17);
  pen.closePath();
  pen.fillStyle = fill;
  pen.strokeStyle = edge;
  pen.lineWidth = 1.5;
  pen.fill();
  pen.stroke();
  return pen.getImageData(0, 0, SIZE, SIZE);
}
