import { render } from "preact";
import { effect } from "@preact/signals";
import "./design/tokens.css";
import "./design/base.css";
import { city } from "./frame/book";
import { Frame } from "./frame/Frame";
import { openView } from "./frame/opening";
import { keepChoices, tick } from "./frame/screen";
import { nameOf, say } from "./frame/words";

effect(() => {
  const title = city.value?.invented ? `${say("product")} · ${say("invented")}` : say("product");
  document.title = city.value ? `${nameOf(city.value)} · ${title}` : title;
});

keepChoices();
window.setInterval(tick, 1000);
void openView();

const root = document.getElementById("app");
if (root) render(<Frame />, root);
