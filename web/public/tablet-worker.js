// Keeps the tablet's page and the files that it is made of, so that a reload
// without a line opens it. Nothing from /api is ever kept here: what the crew was
// told lies in the page's own database, and goes at sign-out.
const cacheName = "tablet";
const page = "/tablet";
const patience = 4000; // ms, before a slow line counts as none

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => event.waitUntil(keep(event.data.files)));

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== self.location.origin) return;
  if (mode === "navigate" && pathname === page) event.respondWith(open(event.request));
  else if (pathname.startsWith("/assets/")) event.respondWith(file(event.request));
});

/** The page as the server has it; without one, as it was kept. */
async function open(request) {
  try {
    const fresh = await fetch(request, { signal: AbortSignal.timeout(patience) });
    if (fresh.ok) return fresh;
  } catch {
    // no line, or too slow a one
  }
  return (await caches.match(page)) ?? Response.error();
}

/** The names of files change with their content: one that is kept never grows old. */
async function file(request) {
  return (await caches.match(request)) ?? fetch(request);
}

/**
 * Keeps one whole version: the page, the files that it loaded, and nothing of
 * the version before. A page that names another file is of a newer build: it is
 * kept when it has been loaded itself.
 */
async function keep(files) {
  const fresh = await fetch(page);
  const named = (await fresh.clone().text()).match(/\/assets\/[^"]+/g) ?? [];
  if (!fresh.ok || named.some((file) => !files.includes(file))) return;
  const cache = await caches.open(cacheName);
  await cache.addAll(files);
  await cache.put(page, fresh);
  const wanted = new Set([page, ...files]);
  for (const request of await cache.keys())
    if (!wanted.has(new URL(request.url).pathname)) await cache.delete(request);
}
