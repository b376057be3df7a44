// What the sign-in page and the account page share: two languages, and questions to the service.

const switcher = document.querySelector("#language");
let english = localStorage.getItem("language") === "en";

/** Says something in both languages; the page shows one. */
export function say(element, zh, en) {
  element.dataset.zh = zh;
  element.dataset.en = en;
  element.textContent = english ? en : zh;
}

/** Asks about the session: what is said, with its status; 0 where nobody answers. */
export async function ask(method, below = "", body = null) {
  const init = { method, headers: { "content-type": "application/json" } };
  if (body) init.body = JSON.stringify(body);
  try {
    const answer = await fetch(`/api/v1/session${below}`, init);
    const said = await answer.json().catch(() => null);
    return { ok: answer.ok, status: answer.status, said };
  } catch {
    return { ok: false, status: 0, said: null };
  }
}

/** Shows the sentence of a refusal. */
export function explain(problem, { said }) {
  say(problem, said?.zh ?? "无法连接服务，请稍后重试。", said?.en ?? "The service does not answer.");
}

/** Empties a sentence. */
export function hush(problem) {
  say(problem, "", "");
}

function speak() {
  document.documentElement.lang = english ? "en" : "zh-CN";
  switcher.textContent = english ? "中文" : "English";
  switcher.lang = english ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-zh]")) {
    element.textContent = english ? element.dataset.en : element.dataset.zh;
  }
}

switcher.addEventListener("click", () => {
  english = !english;
  localStorage.setItem("language", english ? "en" : "zh");
  speak();
});

speak();
