// Keeps the page for use without a network. VERSION and KEPT stand before this text; what is asked of /field/api/ always goes to the server.
self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const box = await caches.open("field-" + VERSION);
    await box.addAll(KEPT.map((url) => new Request(url, { cache: "reload" })));
    await self.skipWaiting();
  })());
});
self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("field-") && name !== "field-" + VERSION) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin || !KEPT.includes(url.pathname)) return;
  event.respondWith((async () => (await caches.match(url.pathname)) || fetch(event.request))());
});
