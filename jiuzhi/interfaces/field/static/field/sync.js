// Sends what waits, oldest first. Nothing leaves the phone's list before the server has said that it keeps it; what is sent twice the server
// knows by its number.
import * as store from "./store.js";
let running = false, wait = 0, timer;
export async function state() {
  const answer = await fetch("/field/api/state/", { credentials: "same-origin", cache: "no-store" });
  if (answer.status === 401) return { expired: true };
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}
async function send(item, csrf) {
  const head = { "X-CSRFToken": csrf };
  if (item.type === "patrol") {
    return fetch("/field/api/patrols/", { method: "POST", headers: { ...head, "Content-Type": "application/json" }, body: JSON.stringify(item.data) });
  }
  const form = new FormData();
  form.append("data", JSON.stringify(item.data));
  item.photos.forEach((p, n) => form.append("photo", new Blob([p], { type: "image/jpeg" }), `photo${n + 1}.jpg`));
  return fetch("/field/api/findings/", { method: "POST", headers: head, body: form });
}
async function one(item, csrf) {
  const answer = await send(item, csrf);
  const said = await answer.json().catch(() => ({}));
  if (answer.ok && said.kept === item.uuid) {
    await store.put({ ...item, status: "sent", answer: said, photos: [], data: { kind: item.data.kind }, why: "" });
  } else if ([403, 409, 422, 413].includes(answer.status) && said.why) {
    await store.put({ ...item, status: "refused", why: said.why });
  } else throw new Error(String(answer.status));
}
export async function run(changed) {
  if (running) return;
  running = true;
  clearTimeout(timer);
  try {
    const me = await state();
    changed(me);
    if (me.expired) return;
    for (const item of await store.all()) {
      if (item.status === "waiting" && item.user === me.user) { await one(item, me.csrf); changed(me); }
    }
    wait = 0;
  } catch {
    wait = Math.min(wait ? wait * 2 : 5, 300);
    timer = setTimeout(() => run(changed), wait * 1000);
    changed(null);
  } finally { running = false; }
}
