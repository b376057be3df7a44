// One's own account: who one is, second factor, password, and the way out.

import { ask, explain, hush, say } from "/session.js";

const ROLES = {
  dispatcher: ["调度员", "dispatcher"],
  planner: ["规划员", "planner"],
  gis: ["地理信息员", "GIS staff"],
  officer: ["执法队员", "officer"],
  reporter: ["上报人", "reporter"],
  auditor: ["审计员", "auditor"],
  leader: ["指挥领导", "leader"],
  admin: ["管理员", "administrator"],
};

const [state, draw, confirm, giveUp, password] = ["state", "draw", "confirm", "give-up", "password"]
  .map((id) => document.getElementById(id));

/** Asks, and leaves for the sign-in page once nobody is signed in any more. */
async function askSignedIn(method, below, body) {
  const answer = await ask(method, below, body);
  if (answer.status === 401 && !(await ask("GET")).ok) location.replace("/sign-in#account");
  return answer;
}

/** Sends what stands in a form, and does what follows from a good answer. */
function onSubmit(form, send, then) {
  const problem = form.querySelector(".problem");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    hush(problem);
    const answer = await send(Object.fromEntries(new FormData(form)));
    if (!answer.ok) return explain(problem, answer);
    form.reset();
    then(answer.said);
  });
}

function show({ name, roles, second_factor: on }) {
  document.querySelector("#name").textContent = name;
  const named = roles.map((role) => ROLES[role] ?? [role, role]);
  say(
    document.querySelector("#roles"),
    named.map(([zh]) => zh).join("、"),
    named.map(([, en]) => en).join(", "),
  );
  say(state, on ? "已启用。" : "未启用。", on ? "It is on." : "It is off.");
  draw.hidden = on;
  confirm.hidden = true;
  giveUp.hidden = !on;
}

draw.addEventListener("click", async () => {
  const answer = await askSignedIn("POST", "/second-factor");
  if (!answer.ok) return explain(state, answer);
  const { secret, address } = answer.said;
  document.querySelector("#secret").textContent = secret.match(/.{1,4}/g).join(" ");
  document.querySelector("#authenticator").href = address;
  draw.hidden = true;
  confirm.hidden = false;
  confirm.elements.code.focus();
});

document.querySelector("#sign-out").addEventListener("click", async () => {
  await ask("DELETE");
  await globalThis.caches?.delete("officer-page"); // the next one at this phone finds no job of mine
  location.replace("/sign-in");
});

onSubmit(confirm, (given) => askSignedIn("PUT", "/second-factor", given), show);
onSubmit(giveUp, (given) => askSignedIn("POST", "/second-factor/end", given), show);
onSubmit(password, (given) => askSignedIn("PUT", "/password", given), () =>
  say(password.querySelector(".done"), "密码已修改。", "The password has been changed."),
);

const who = await askSignedIn("GET");
if (who.ok) show(who.said);
else explain(document.querySelector("#problem"), who);
document.querySelector("#own").hidden = !who.ok;
document.querySelector("main").hidden = who.status === 401;
