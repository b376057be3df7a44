/** Colours of the map, per theme; those of the panels stand in tokens.css. */

import type { Status } from "../service/shapes";
import type { Theme } from "../frame/screen";

export interface Palette {
  sea: string;
  land: string;
  park: string;
  roadCasing: string;
  road: string;
  roadMajor: string;
  roadMajorCasing: string;
  ferry: string;
  zoneBorder: string;
  zoneTint: string;
  noFly: string;
  label: string;
  labelHalo: string;
  route: string;
  routeCasing: string;
  uncovered: string;
  byOne: string;
  status: Record<Status, string>;
}

export const PALETTES: Record<Theme, Palette> = {
  light: {
    sea: "#cfe0ea",
    land: "#f5f4ef",
    park: "#dde8d5",
    roadCasing: "#d6d3ca",
    road: "#ffffff",
    roadMajor: "#f8dfa6",
    roadMajorCasing: "#d9b565",
    ferry: "#5b8fb0",
    zoneBorder: "#6c5b8c",
    zoneTint: "#6c5b8c",
    noFly: "#b3261e",
    label: "#473a66",
    labelHalo: "#ffffff",
    route: "#0b62c4",
    uncovered: "#c81e1e",
    byOne: "#d99a00",
      routeCasing: "#ffffff",
    status: {
      available: "#16915a",
      busy: "#c2410c",
      en_route: "#d99a00",
      on_scene: "#d6336c",
      off_duty: "#8d99a6",
    },
  },
  dark: {
    sea: "#101c28",
    land: "#1b2530",
    park: "#1d3029",
    roadCasing: "#121a22",
    road: "#3a4958",
    roadMajor: "#6e6240",
    roadMajorCasing: "#121a22",
    ferry: "#4d7e9e",
    zoneBorder: "#a596c8",
    zoneTint: "#a596c8",
    noFly: "#ff8a80",
    label: "#d3c9ec",
    labelHalo: "#121a22",
    route: "#5aa9ff",
    uncovered: "#ff5c5c",
    byOne: "#f4c430",
      routeCasing: "#0b1219",
    status: {
      available: "#3ecf8e",
      busy: "#fb8c54",
      en_route: "#f4c430",
      on_scene: "#ff6b9d",
      off_duty: "#74808c",
    },
  },
};
