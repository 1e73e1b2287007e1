// The page: tasks, the walk that goes on, a finding, and what waits.
import * as store from "./store.js";
import * as sync from "./sync.js";
import { small } from "./photo.js";
import { clock, watch, way } from "./track.js";

const $ = (id) => document.getElementById(id);
const say = JSON.parse($("say-words").textContent);
let me = null, walk = null, unwatch = null, shots = [];

function tell(text) { $("say").textContent = text; $("say").hidden = !text; }
async function safely(work) {
  try { await work(); return true; } catch (error) {
    if (!store.full(error)) throw error;
    tell(say.full);
    return false;
  }
}
function el(tag, text, kind) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}
function showNet() {
  $("net").textContent = navigator.onLine ? say.online : say.offline;
  $("net").className = navigator.onLine ? "on" : "off";
}
function showDuties() {
  const box = $("duties");
  box.replaceChildren();
  for (const d of me?.duties ?? []) {
    const row = el("li", ""), go = el("button", say.start, "big");
    row.append(el("b", d.name), el("span", [d.kind, d.level, d.rhythm, d.org, d.synthetic ? say.sim : ""].filter(Boolean).join(" · "), "small"), go);
    go.type = "button";
    go.onclick = () => start(d);
    box.append(row);
  }
  if (!box.children.length) box.append(el("li", me ? say.none : say.login));
  $("list").hidden = Boolean(walk);
}
function why(item) {
  if (item.status === "refused") return item.why;
  if (item.status === "waiting") return me && item.user !== me.user ? say.other : "";
  const a = item.answer;
  return [a.state, a.case && `${say.case} ${a.case}`, a.closed && say.closed, ...(a.doubts ?? [])].filter(Boolean).join("；");
}
async function showQueue() {
  const items = await store.all(), box = $("queue");
  const count = (s) => items.filter((i) => i.status === s).length;
  $("counts").textContent = ["waiting", "sent", "refused"].map((s) => `${say[s]} ${count(s)}`).join(" · ");
  box.replaceChildren();
  for (const item of items.reverse().slice(0, 50)) {
    const row = el("li", "", item.status);
    row.append(el("b", `${say[item.type]} · ${item.title}`), el("span", `${new Date(item.made).toLocaleString()} · ${say[item.status]}`, "small"));
    if (why(item)) row.append(el("span", why(item), "why"));
    if (item.status === "refused") {
      const again = el("button", say.retry, "big plain");
      again.onclick = async () => { await store.put({ ...item, status: "waiting", why: "" }); go(); };
      row.append(again);
    }
    box.append(row);
  }
}
function showWalk() {
  $("now").hidden = !walk;
  if (!walk) return;
  $("now-name").textContent = `${say.walking}：${walk.duty.name}`;
  $("time").textContent = clock(Date.now() / 1000 - walk.started);
  $("way").textContent = `${Math.round(way(walk.track))} m`;
  $("fixes").textContent = walk.track.length;
}
function follow() {
  unwatch = watch(async (point) => {
    if (!walk) return;
    const last = walk.track.at(-1);
    if (last && point[0] <= last[0]) return;
    walk.track.push(point);
    $("fix").textContent = "";
    showWalk();
    await safely(() => store.keep("walk", walk));
  }, (error) => { $("fix").textContent = error.code === 1 ? say.denied : say.noplace; });
}
async function start(duty) {
  if (walk) return;
  const begun = { uuid: crypto.randomUUID(), duty, user: me.user, started: Date.now() / 1000, track: [] };
  if (!(await safely(() => store.keep("walk", begun)))) return;
  walk = begun;
  follow();
  showWalk();
  showDuties();
}
async function stop() {
  if (!walk || !confirm(say.stopq)) return;
  const data = { uuid: walk.uuid, duty: walk.duty.id, started: walk.started, ended: Date.now() / 1000, track: walk.track, note: "" };
  const item = { uuid: walk.uuid, type: "patrol", title: walk.duty.name, user: walk.user, made: Date.now(), status: "waiting", photos: [], data };
  if (!(await safely(() => store.put(item)))) return;
  unwatch?.();
  walk = null;
  await store.keep("walk", null);
  showWalk();
  showDuties();
  go();
}
function openForm(open) {
  $("form").hidden = !open;
  $("now").hidden = open || !walk;
  shots = [];
  $("shots").replaceChildren();
  if (!open) $("form").reset();
  const last = walk?.track.at(-1);
  $("where").textContent = last ? `${last[1].toFixed(5)}, ${last[2].toFixed(5)} ±${Math.round(last[3])} m` : say.noplace;
}
async function took(event) {
  for (const file of [...event.target.files].slice(0, 6 - shots.length)) {
    const made = await small(file);
    shots.push(await made.arrayBuffer());
    const image = new Image();
    image.src = URL.createObjectURL(made);
    image.alt = "";
    $("shots").append(image);
  }
  event.target.value = "";
}
async function save(event) {
  event.preventDefault();
  const text = $("words").value.trim(), last = walk.track.at(-1);
  if (!text) { tell(say.words); return; }
  const uuid = crypto.randomUUID();
  const data = {
    uuid, patrol: walk.uuid, duty: walk.duty.id, kind: $("kind").value, words: text, at: Date.now() / 1000,
    lon: last?.[1] ?? null, lat: last?.[2] ?? null,
  };
  const item = { uuid, type: "finding", title: data.kind, user: walk.user, made: Date.now(), status: "waiting", photos: shots, data };
  if (!(await safely(() => store.put(item)))) return;
  openForm(false);
  tell(say.saved);
  go();
}
async function changed(found) {
  showNet();
  if (found?.expired) { $("door").hidden = false; tell(say.expired); }
  else if (found) {
    me = found;
    $("door").hidden = true;
    $("who").textContent = found.name;
    if (walk && !found.duties.some((d) => d.id === walk.duty.id)) tell(say.away);
    await store.keep("me", { ...found, csrf: "" });
    showDuties();
  }
  await showQueue();
}
async function go() { await showQueue(); if (navigator.onLine) sync.run(changed); }

me = (await store.fact("me")) ?? null;
walk = (await store.fact("walk")) ?? null;
$("who").textContent = me?.name ?? "";
showNet();
showDuties();
showWalk();
if (walk) follow();
setInterval(() => { if ($("form").hidden) showWalk(); }, 1000);
setInterval(() => { if (navigator.onLine) go(); }, 60000);
addEventListener("online", () => { showNet(); go(); });
addEventListener("offline", showNet);
$("stop").onclick = stop;
$("find").onclick = () => openForm(true);
$("cancel").onclick = () => openForm(false);
$("photo").onchange = took;
$("form").onsubmit = save;
$("sync").onclick = go;
navigator.storage?.persist?.();
if ("serviceWorker" in navigator) await navigator.serviceWorker.register("/field/sw.js", { scope: "/field/" });
await go();
document.body.dataset.ready = "1";
