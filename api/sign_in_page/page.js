// Signs in by cookie.  A link of an invitation carries its secret as ?link=…

const form = document.querySelector("#form");
const problem = document.querySelector("#problem");
const language = document.querySelector("#language");
const link = new URLSearchParams(location.search).get("link");
const provider = document.querySelector("#provider");
let english = false;

language.addEventListener("click", () => {
  english = !english;
  document.documentElement.lang = english ? "en" : "zh-CN";
  language.textContent = english ? "中文" : "English";
  language.lang = english ? "zh-CN" : "en";
  if (!problem.dataset.zh) problem.textContent = "";
  for (const element of document.querySelectorAll("[data-zh]")) {
    element.textContent = english ? element.dataset.en : element.dataset.zh;
  }
  document.title = `${english ? "Sign in" : "登录"} · grid-dispatch`;
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  delete problem.dataset.zh;
  problem.textContent = "";
  const given = Object.fromEntries(new FormData(form));
  const asked = link
    ? { link, password: given.password }
    : { name: given.name, password: given.password, code: given.code || null };
  const answer = await ask("POST", asked);
  if (answer?.ok) {
    location.replace("/");
  } else {
    await explain(answer);
  }
});

/** Asks the service; null where it does not answer. */
async function ask(method, body, below = "") {
  const init = { method, headers: { "content-type": "application/json" } };
  if (body) init.body = JSON.stringify(body);
  return fetch(`/api/v1/session${below}`, init).catch(() => null);
}

/** Shows the way to the identity provider, where there is one. */
async function offerProvider() {
  const title = await ask("GET", null, "/provider").then((said) => said?.ok && said.json());
  if (!title?.title) return;
  provider.dataset.zh = `使用 ${title.title} 登录`;
  provider.dataset.en = `Sign in with ${title.title}`;
  provider.textContent = english ? provider.dataset.en : provider.dataset.zh;
  provider.hidden = false;
}

/** Shows the sentence of a refusal in the language of the page. */
async function explain(answer) {
  const said = answer && (await answer.json().catch(() => null));
  const silence = english ? "The service does not answer." : "无法连接服务。";
  const refused =
    answer?.status === 401 && !english
      ? "账号、密码或验证码不正确，或尝试次数过多：请稍候再试，或联系管理员。"
      : said?.[english ? "en" : "zh"];
  problem.textContent = refused ?? silence;
  form.elements.password.select();
}

if (location.pathname !== "/sign-in") {
  // What the identity provider sent back is of no more use, and of no one's business.
  history.replaceState(null, "", "/sign-in");
}

if (link) {
  history.replaceState(null, "", "/sign-in");
  document.querySelector("#invited").hidden = false;
  document.querySelector("#code-row").hidden = true;
  document.querySelector("#name-row").hidden = true;
  form.elements.name.required = false;
  form.elements.password.autocomplete = "new-password";
  form.elements.password.focus();
} else if ((await ask("GET"))?.ok) {
  // Whoever came here from another site's link is signed in all the same.
  location.replace("/");
} else {
  await offerProvider();
}
