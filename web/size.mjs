// Checks what a page makes a device load before it shows anything: the page, its
// scripts and styles, compressed, and the fonts that Estonian text needs. The
// tablet is on a patchy network, so its first load has a limit.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const limits = { index: 250, calltaking: 400, tablet: 250, district: 400, supervision: 400, authoring: 400 }; // KB
const dist = new URL("dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));
const read = (name) => readFileSync(new URL(name, dist));

/** Every file that the entry loads at once, through its static imports. */
function files(entry, seen = new Set()) {
  if (seen.has(entry)) return [];
  seen.add(entry);
  const chunk = manifest[entry];
  return [chunk.file, ...(chunk.css ?? []), ...(chunk.imports ?? []).flatMap((next) => files(next, seen))];
}

const fonts = Object.keys(manifest)
  .filter((name) => /inter-(latin|estonian)-wght/.test(name))
  .map((name) => manifest[name].file);

let tooLarge = false;
for (const [page, limit] of Object.entries(limits)) {
  const code = [`${page}.html`, ...new Set(files(`${page}.html`))];
  const bytes =
    code.reduce((sum, name) => sum + gzipSync(read(name)).length, 0) +
    fonts.reduce((sum, name) => sum + read(name).length, 0);
  const kilobytes = Math.round(bytes / 1000);
  console.log(`${page}: ${kilobytes} KB on first load, at most ${limit} KB`);
  tooLarge ||= kilobytes > limit;
}
if (tooLarge) {
  console.error("A page has outgrown its first load: load what is not needed at once with import().");
  process.exit(1);
}
