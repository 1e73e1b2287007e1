// A page whose values come in by themselves: the part #live is asked for again by htmx, and the chart drawn from what it brings.
import { draw } from "jiuzhi/lines";

const box = document.getElementById("series-chart");
const data = () => JSON.parse(document.getElementById("series-data").textContent);
const show = () => { box.parentElement.hidden = !data().lines.some((l) => l.data.length || l.bad.length); };

show();
draw("series-chart", "series-data");
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "live") return;
  if (box.closest("section").hidden && document.querySelector("#live .now-j")) return location.reload(); // its first values
  show();
  box.dispatchEvent(new Event("redraw"));
});
// A session that ended leads to the login page; a server that does not answer is said, and asked again.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "live" || event.detail.xhr.responseText.includes('id="live"')) return;
  event.detail.shouldSwap = false;
  if (event.detail.xhr.responseURL.includes("/login/")) location.reload();
});
const lost = document.getElementById("lost");
document.addEventListener("htmx:sendError", () => { lost.hidden = false; });
document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) lost.hidden = true; });
