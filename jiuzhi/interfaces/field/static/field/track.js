// The way walked: positions of the phone (WGS 84), with distance and time as shown on the way. The server measures again.
const R = 6371008.8, rad = Math.PI / 180;
export function metres(a, b) {
  const p = Math.sin(((b[2] - a[2]) * rad) / 2) ** 2
    + Math.cos(a[2] * rad) * Math.cos(b[2] * rad) * Math.sin(((b[1] - a[1]) * rad) / 2) ** 2;
  return 2 * R * Math.asin(Math.sqrt(p));
}
export const way = (track) => track.slice(1).reduce((sum, p, n) => sum + metres(track[n], p), 0);
export function clock(seconds) {
  const s = Math.max(0, Math.floor(seconds)), two = (n) => String(n).padStart(2, "0");
  return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}
export function watch(onPoint, onError) {
  if (!navigator.geolocation) { onError({ code: 2 }); return () => {}; }
  const id = navigator.geolocation.watchPosition(
    (p) => onPoint([p.timestamp / 1000, p.coords.longitude, p.coords.latitude, p.coords.accuracy]),
    onError, { enableHighAccuracy: true, maximumAge: 2000, timeout: 60000 });
  return () => navigator.geolocation.clearWatch(id);
}
