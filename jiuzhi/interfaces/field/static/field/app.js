// The page: tasks, the walk that goes on, a finding, and what waits.
import * as store from "./store.js";
import * as sync from "./sync.js";
import { small } from "./photo.js";
import { clock, watch, way } from "./track.js";

const $ = (id) => document.getElementById(id);
const say = JSON.parse($("say-words").textContent);
const PHOTOS = 6, FEWEST = 5; // as the server takes, and doubts
let me = null, walk = null, unwatch = null, shots = [];

let hush;
// What was done is said for a while; what somebody must do stays.
function tell(text, passing = false) {
  clearTimeout(hush);
  $("say").textContent = text;
  $("say").hidden = !text;
  $("say").className = passing ? "done" : "";
  if (passing) hush = setTimeout(() => tell(""), 6000);
}
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
    const row = el("li", ""), go = el("button", say.start, d.done ? "big plain" : "big"), name = el("b", d.name);
    if (d.due) name.append(el("i", d.due, d.done ? "tag done" : "tag"));
    const asks = [d.minutes && say.minutes.replace("%s", d.minutes), d.metres && say.metres.replace("%s", d.metres)];
    const about = [d.kind, d.level, d.rhythm, ...asks, d.org, d.synthetic ? say.sim : ""];
    row.append(name, el("span", about.filter(Boolean).join(" · "), "small"), go);
    go.type = "button";
    go.onclick = () => start(d);
    box.append(row);
  }
  if (!box.children.length) box.append(el("li", say.none));
  $("list").hidden = Boolean(walk) || !me;
}
function why(item) {
  if (item.status === "refused") return item.why;
  if (item.status === "waiting") return me && item.user !== me.user ? say.other : "";
  return (item.answer.doubts ?? []).join("；");
}
function result(item) {
  const a = item.answer;
  if (item.status !== "sent" || !a) return "";
  return [a.case ? `${say.case} ${a.case} · ${a.state}` : a.state, a.closed && say.closed].filter(Boolean).join("；");
}
async function showQueue() {
  const items = await store.all(), box = $("queue");
  const count = (s) => items.filter((i) => i.status === s).length;
  const held = ["waiting", "refused", "sent"].filter(count);
  $("counts").textContent = held.map((s) => `${say[s]} ${count(s)}`).join(" · ") || say.empty;
  $("sync").hidden = !count("waiting");
  box.replaceChildren();
  for (const item of items.reverse().slice(0, 50)) {
    const row = el("li", "", item.status);
    const name = el("b", `${say[item.type]} · ${item.title}`);
    name.append(el("i", say[item.status], "tag"));
    row.append(name, el("span", [when(item.made), result(item)].filter(Boolean).join(" · "), "small"));
    if (why(item)) row.append(el("span", why(item), "why"));
    if (item.status === "refused") {
      const again = el("button", say.retry, "big plain");
      again.onclick = async () => { await store.put({ ...item, status: "waiting", why: "" }); go(); };
      row.append(again);
    }
    box.append(row);
  }
}
const when = (at) => new Date(at).toLocaleString([], { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
function showWalk() {
  $("now").hidden = !walk || !$("form").hidden;
  if (!walk) return;
  $("now-name").textContent = `${say.walking}：${walk.duty.name}`;
  $("time").textContent = clock(Date.now() / 1000 - walk.started);
  const metres = way(walk.track);
  $("way").textContent = metres < 1000 ? `${Math.round(metres)} m` : `${(metres / 1000).toFixed(1)} km`;
  $("fixes").textContent = walk.track.length;
}
function follow() {
  unwatch = watch(async (point) => {
    if (!walk) return;
    const last = walk.track.at(-1);
    if (last && point[0] <= last[0]) return;
    walk.track.push(point);
    fixing("");
    showWalk();
    await safely(() => store.keep("walk", walk));
  }, (error) => fixing(error.code === 1 ? say.denied : say.noplace, error.code === 1));
}
function fixing(text, bad = false) {
  $("fix").textContent = text;
  $("fix").className = bad ? "alarm" : "small";
}
async function start(duty) {
  if (walk) return;
  const begun = { uuid: crypto.randomUUID(), duty, user: me.user, started: Date.now() / 1000, track: [] };
  if (!(await safely(() => store.keep("walk", begun)))) return;
  walk = begun;
  tell("");
  fixing(say.seeking);
  follow();
  showWalk();
  showDuties();
}
async function stop() {
  if (!walk || !confirm(walk.track.length < FEWEST ? say.stopfew : say.stopq)) return;
  const data = { uuid: walk.uuid, duty: walk.duty.id, started: walk.started, ended: Date.now() / 1000, track: walk.track, note: "" };
  const item = { uuid: walk.uuid, type: "patrol", title: walk.duty.name, user: walk.user, made: Date.now(), status: "waiting", photos: [], data };
  if (!(await safely(() => store.put(item)))) return;
  unwatch?.();
  walk = null;
  await store.keep("walk", null);
  tell(say.ended, true);
  showWalk();
  showDuties();
  go();
}
function openForm(open) {
  $("form").hidden = !open;
  $("now").hidden = open || !walk;
  $("kept").hidden = open;
  shots = [];
  showShots();
  if (open) tell("");
  if (!open) $("form").reset();
  const last = walk?.track.at(-1);
  $("where").textContent = last ? `${last[1].toFixed(5)}, ${last[2].toFixed(5)} ±${Math.round(last[3])} m` : say.noplace;
}
async function took(event) {
  for (const file of [...event.target.files].slice(0, PHOTOS - shots.length)) {
    const made = await small(file);
    shots.push({ bytes: await made.arrayBuffer(), picture: URL.createObjectURL(made) });
  }
  event.target.value = "";
  showShots();
}
// Each photo can be taken away again.
function showShots() {
  $("shots").replaceChildren(...shots.map((shot) => {
    const box = el("button", "", "shot"), image = new Image();
    box.type = "button";
    box.setAttribute("aria-label", say.drop);
    image.src = shot.picture;
    image.alt = "";
    box.append(image, el("i", "×"));
    box.onclick = () => { shots = shots.filter((s) => s !== shot); showShots(); };
    return box;
  }));
  $("taken").textContent = shots.length ? `${shots.length} / ${PHOTOS}` : "";
  $("photo").disabled = shots.length >= PHOTOS;
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
  const item = { uuid, type: "finding", title: data.kind, user: walk.user, made: Date.now(), status: "waiting", photos: shots.map((s) => s.bytes), data };
  if (!(await safely(() => store.put(item)))) return;
  openForm(false);
  showWalk();
  tell(say.saved, true);
  go();
}
async function changed(found) {
  showNet();
  if (found?.expired) { $("door").hidden = false; tell(me ? say.expired : say.login); }
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
setInterval(showWalk, 1000);
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
