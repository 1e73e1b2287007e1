// A place picked on a map: [data-spot] inside [data-place]. Without WebGL the box stays hidden; words and coordinates do as well.
import { canDraw, library, style } from "jiuzhi/map";
import { bounds } from "jiuzhi/plot";

// A name that would cover an earlier one is not shown; nearer by, it is.
function apart(labels) {
  const shown = [];
  for (const label of labels) {
    const a = label.getBoundingClientRect();
    const covers = shown.some((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom);
    label.style.visibility = covers ? "hidden" : "";
    if (!covers) shown.push(a);
  }
}

async function pick(box) {
  await library();
  const gl = globalThis.maplibregl;
  const form = box.closest("[data-place]");
  const [lon, lat, crs] = ["lon", "lat", "crs"].map((name) => form.querySelector(`[name="${name}"]`));
  box.hidden = false;
  const inside = document.createElement("div");
  inside.className = "map-gl";
  box.replaceChildren(inside);
  const given = lon.value && lat.value ? [Number(lon.value), Number(lat.value)] : null;
  const marks = JSON.parse(document.getElementById("marks").textContent);
  const [west, south, east, north] = bounds(marks.map(([, x, y]) => ({ geometry: { coordinates: [x, y] } })));
  const view = given ? { center: given, zoom: 12 } : { bounds: [[west, south], [east, north]], fitBoundsOptions: { padding: 40, maxZoom: 13 } };
  const map = new gl.Map({
    container: inside, style: style(box), ...view,
    attributionControl: box.dataset.tilesCredit ? { compact: true } : false, dragRotate: false, pitchWithRotate: false,
    locale: { "NavigationControl.ZoomIn": box.dataset.in, "NavigationControl.ZoomOut": box.dataset.out },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new gl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new gl.ScaleControl({ maxWidth: 120, unit: "metric" }), "bottom-left");
  const labels = [];
  for (const [name, x, y] of marks) {
    const label = Object.assign(document.createElement("span"), { className: "landmark", textContent: name });
    new gl.Marker({ element: label }).setLngLat([x, y]).addTo(map);
    labels.push(label);
  }
  map.on("idle", () => apart(labels));
  const here = new gl.Marker({ color: getComputedStyle(document.documentElement).getPropertyValue("--badly_late").trim() });
  const show = (place) => here.setLngLat(place).addTo(map);
  if (given) show(given);
  map.on("click", ({ lngLat }) => {
    [lon.value, lat.value] = [lngLat.lng.toFixed(6), lngLat.lat.toFixed(6)];
    crs.value = box.dataset.tiles ? box.dataset.tilesCrs || "CGCS2000" : "CGCS2000";
    show(lngLat);
  });
  for (const input of [lon, lat]) input.addEventListener("change", () => {
    crs.value = "CGCS2000";
    if (Number(lon.value) && Number(lat.value)) show([Number(lon.value), Number(lat.value)]);
  });
}

for (const box of document.querySelectorAll("[data-spot]")) if (canDraw()) pick(box);
