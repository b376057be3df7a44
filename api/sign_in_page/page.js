// Signs in by cookie.  A link of an invitation carries its secret as ?link=…
//
// Where one was stands in the fragment of the address, which no service and no log ever sees;
// the way to the identity provider and back would lose it, so that the tab remembers.

import { ask, explain, hush, say } from "/session.js";

const form = document.querySelector("#form");
const problem = document.querySelector("#problem");
const provider = document.querySelector("#provider");
const asked = new URLSearchParams(location.search);
const link = asked.get("link");
const view = viewOf(asked.get("to") ?? sessionStorage.getItem("view"));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  hush(problem);
  const { name, password, code } = Object.fromEntries(new FormData(form));
  const said = link ? { link, password } : { name, password, code: code || null };
  form.elements.submit.disabled = true;
  const answer = await ask("POST", "", said);
  form.elements.submit.disabled = false;
  if (answer.ok) {
    goOn();
  } else {
    explain(problem, answer);
    form.elements.password.select();
  }
});

provider.addEventListener("click", () => {
  sessionStorage.setItem("was", location.hash);
  sessionStorage.setItem("view", view);
});

/** The view that somebody comes from: a path of this service and nothing else. */
function viewOf(path) {
  return /^\/[a-z-]*$/.test(path ?? "") ? path : "/";
}

/** Goes back to where one was. */
function goOn() {
  const was = location.hash || sessionStorage.getItem("was") || "";
  sessionStorage.removeItem("was");
  sessionStorage.removeItem("view");
  location.replace(was === "#account" ? "/account" : `${view}${was}`);
}

/** Shows the way to the identity provider, where there is one. */
async function offerProvider() {
  const { said } = await ask("GET", "/provider");
  if (!said?.title) return;
  say(provider, `使用${said.title}登录`, `Sign in with ${said.title}`);
  provider.hidden = false;
}

/** Asks for a new password alone. */
function welcome() {
  say(document.querySelector("h1"), "设置密码", "Set your password");
  say(document.querySelector("#submit"), "设置并登录", "Set and sign in");
  document.querySelector("#invited").hidden = false;
  document.querySelector("#code-row").hidden = true;
  document.querySelector("#name-row").hidden = true;
  form.elements.name.required = false;
  form.elements.password.autocomplete = "new-password";
  form.elements.password.focus();
}

if (location.pathname !== "/sign-in" || link) {
  // What came with the address is of no more use there, and of no one's business.
  history.replaceState(null, "", `/sign-in${view === "/" ? "" : `?to=${view}`}${location.hash}`);
}

if (link) {
  welcome();
} else if ((await ask("GET")).ok) {
  // Whoever came here from another site's link is signed in all the same.
  goOn();
} else {
  await offerProvider();
}
