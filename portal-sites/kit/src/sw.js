// The service worker of an installable site. It keeps the look of the site and the page for when
// there is no network, and nothing else: pages with data are always asked of the server.
// self.LD is written before this text by the server: name, prefix, offline, files.

const kept = self.LD;

self.addEventListener("install", (e) => {
  e.waitUntil(
    caches
      .open(kept.name)
      .then((c) => Promise.all([c.add(new Request(kept.offline, { credentials: "omit", cache: "reload" })), c.addAll(kept.files)]))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (e) => {
  e.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((n) => n.startsWith(kept.prefix) && n !== kept.name).map((n) => caches.delete(n))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (e) => {
  const url = new URL(e.request.url);
  if (e.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (kept.files.includes(url.pathname)) {
    e.respondWith(caches.match(url.pathname).then((r) => r || fetch(e.request)));
  } else if (e.request.mode === "navigate") {
    e.respondWith(fetch(e.request).catch(() => caches.match(kept.offline)));
  }
});
