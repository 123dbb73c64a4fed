/**
 * Has the page itself kept on the device, so that a reload without a line opens
 * it: the worker is told which files this page is made of. A browser that cannot
 * do it, or a page that did not come over TLS, goes without.
 */
export async function keepPage(): Promise<void> {
  const workers = (navigator as Partial<Navigator>).serviceWorker;
  if (workers === undefined) return;
  try {
    await workers.register("/tablet-worker.js", { scope: "/tablet" });
    const { active } = await workers.ready;
    active?.postMessage({ files: filesOfThisPage() });
  } catch {
    // Refused by the browser's settings: the tablet works, but not through a reload without a line.
  }
}

function filesOfThisPage(): string[] {
  const loaded = performance.getEntriesByType("resource").map(({ name }) => new URL(name));
  const own = loaded.filter(
    ({ origin, pathname }) => origin === location.origin && pathname.startsWith("/assets/"),
  );
  return [...new Set(own.map(({ pathname }) => pathname))];
}
