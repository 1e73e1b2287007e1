// Every [data-map] of a page: a layer of records (data-layer) or one place (data-lon, data-lat), drawn when it comes near the screen.
// WebGL draws it; where there is none, and in print, plot.js draws the same as SVG.
import { bounds, card, KINDS, legend, plot } from "jiuzhi/plot";

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const system = (box) => (box.dataset.tiles ? box.dataset.tilesCrs || "CGCS2000" : "CGCS2000");

async function records(box) {
  if (!box.dataset.layer) {
    const place = [Number(box.dataset.lon), Number(box.dataset.lat)];
    const properties = { name: box.dataset.name || "", kind: "plain", state: "", blurred_km: Number(box.dataset.blurred || 0) };
    return { features: [{ type: "Feature", geometry: { type: "Point", coordinates: place }, properties }], system: "CGCS2000" };
  }
  const join = box.dataset.layer.includes("?") ? "&" : "?";
  const answer = await fetch(box.dataset.layer + (system(box) === "GCJ-02" ? `${join}crs=GCJ-02` : ""), { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`layer ${answer.status}`);
  return answer.json();
}

function say(box, text) {
  const note = document.createElement("p");
  note.className = "muted map-note";
  note.textContent = text;
  box.replaceChildren(note);
  box.dataset.ready = "none";
}

// The mark of a kind as a picture, larger than shown so that it stays sharp on a wall.
function picture(kind) {
  const size = 64, canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d");
  pen.translate(size / 2, size / 2);
  pen.scale(size / 24, size / 24);
  const path = new Path2D(KINDS[kind].path);
  pen.lineWidth = 2.5;
  pen.strokeStyle = "#fff";
  pen.stroke(path);
  pen.fillStyle = css(KINDS[kind].colour);
  pen.fill(path);
  return pen.getImageData(0, 0, size, size);
}

export function style(box) {
  const layers = [{ id: "ground", type: "background", paint: { "background-color": "#eef1ee" } }], sources = {};
  if (box.dataset.tiles) {
    sources.tiles = { type: "raster", tiles: [box.dataset.tiles], tileSize: 256, attribution: box.dataset.tilesCredit || "" };
    layers.push({ id: "tiles", type: "raster", source: "tiles", paint: { "raster-saturation": -0.5 } });
  }
  return { version: 8, sources, layers };
}

function dress(map, found) {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize); // a wall is the same page, larger
  for (const kind of Object.keys(KINDS)) map.addImage(kind, picture(kind), { pixelRatio: 32 / rem });
  map.addSource("records", { type: "geojson", data: { type: "FeatureCollection", features: found.features } });
  const colour = ["match", ["get", "kind"], ...Object.entries(KINDS).flatMap(([k, v]) => [k, css(v.colour)]), css("--muted")];
  const is = (type) => ["==", ["geometry-type"], type];
  map.addLayer({ id: "areas", type: "fill", source: "records", filter: is("Polygon"), paint: { "fill-color": colour, "fill-opacity": 0.25 } });
  map.addLayer({ id: "edges", type: "line", source: "records", filter: is("Polygon"), paint: { "line-color": colour, "line-width": 1.5 } });
  map.addLayer({ id: "lines", type: "line", source: "records", filter: is("LineString"), paint: { "line-color": colour, "line-width": 3 } });
  map.addLayer({
    id: "points", type: "symbol", source: "records", filter: is("Point"),
    layout: { "icon-image": ["get", "kind"], "icon-allow-overlap": true, "icon-ignore-placement": true },
  });
  return ["points", "lines", "areas"];
}

// Its style sheet comes first: the map measures its box when it is made.
let loading;
export const library = () => (loading ??= Promise.all([import("maplibre"), new Promise((done, failed) => {
  const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: import.meta.resolve("maplibre-look") });
  sheet.onload = done;
  sheet.onerror = failed;
  document.head.append(sheet);
})]));

async function draw(box, found) {
  await library();
  const gl = globalThis.maplibregl;
  const words = box.dataset;
  const inside = document.createElement("div");
  inside.className = "map-gl";
  box.replaceChildren(inside);
  const [west, south, east, north] = bounds(found.features, Number(words.least) || undefined);
  const map = new gl.Map({
    container: inside, style: style(box), bounds: [[west, south], [east, north]], fitBoundsOptions: { padding: 48, maxZoom: words.least ? 17 : 15 },
    attributionControl: box.dataset.tilesCredit ? { compact: true } : false, dragRotate: false, pitchWithRotate: false,
    cooperativeGestures: false, fadeDuration: 0,
    locale: { "NavigationControl.ZoomIn": words.in || "+", "NavigationControl.ZoomOut": words.out || "−", "Popup.Close": words.close || "×", "Map.Title": box.ariaLabel || "" },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new gl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new gl.ScaleControl({ maxWidth: 120, unit: "metric" }), "bottom-left");
  await new Promise((done) => map.once("load", done));
  for (const layer of dress(map, found)) {
    map.on("mouseenter", layer, () => { map.getCanvas().style.cursor = "pointer"; });
    map.on("mouseleave", layer, () => { map.getCanvas().style.cursor = ""; });
  }
  map.on("click", (event) => {
    const hit = map.queryRenderedFeatures([event.point.sub(new gl.Point(8, 8)), event.point.add(new gl.Point(16, 16))], { layers: ["points", "lines", "areas"] })[0];
    if (!hit) return;
    const at = hit.geometry.type === "Point" ? hit.geometry.coordinates : event.lngLat;
    new gl.Popup({ maxWidth: "18rem" }).setLngLat(at).setDOMContent(card(hit.id, hit.properties, words)).addTo(map);
  });
  await new Promise((done) => map.once("idle", done));
  box.map = map;
}

export function canDraw() {
  try {
    const canvas = document.createElement("canvas");
    return Boolean(canvas.getContext("webgl2") || canvas.getContext("webgl"));
  } catch {
    return false;
  }
}

function flat(box, found) {
  box.replaceChildren(plot(found.features, box.dataset));
  box.classList.add("flat");
}

async function start(box) {
  let found;
  try {
    found = await records(box);
  } catch {
    return say(box, box.dataset.failed || "—");
  }
  if (!found.features.length) return say(box, box.dataset.none || "—");
  let drawn = false;
  if (canDraw()) {
    try {
      await draw(box, found);
      drawn = true;
    } catch (error) {
      console.warn("map", error);
    }
  }
  if (!drawn) flat(box, found);
  // The picture on paper is always the SVG: a WebGL canvas prints empty.
  else addEventListener("beforeprint", () => {
    if (!box.querySelector("svg.plot")) box.append(plot(found.features, box.dataset));
  });
  const lines = legend(found.features, box.dataset);
  if (!drawn && box.dataset.flat) lines.append(Object.assign(document.createElement("span"), { textContent: box.dataset.flat }));
  if (lines.childElementCount) box.after(lines);
  box.dataset.ready = drawn ? "gl" : "flat";
}

const boxes = document.querySelectorAll("[data-map]");
const near = new IntersectionObserver((seen) => {
  for (const one of seen) if (one.isIntersecting) { near.unobserve(one.target); start(one.target); }
}, { rootMargin: "200px" });
for (const box of boxes) near.observe(box);

