import { render } from "preact";
import { effect } from "@preact/signals";
import "maplibre-gl/dist/maplibre-gl.css";
import "./tokens.css";
import "./screen.css";
import { open, tick } from "./actions";
import { keepAddress } from "./address";
import { App } from "./App";
import { listenToKeys } from "./keyboard";
import { keepListening } from "./live";
import { city, language, theme } from "./state";
import { nameOf, say } from "./text";

effect(() => {
  localStorage.setItem("language", language.value);
  document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
  const title = city.value?.invented ? `${say("product")} · ${say("invented")}` : say("product");
  document.title = city.value ? `${nameOf(city.value)} · ${title}` : title;
});

effect(() => {
  document.documentElement.dataset["theme"] = theme.value;
});

window.setInterval(tick, 1000);
listenToKeys();
keepListening();
keepAddress();
void open();

const root = document.getElementById("app");
if (root) render(<App />, root);
