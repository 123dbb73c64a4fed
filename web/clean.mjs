// Empties dist before a build, all but .gitkeep: Vite would remove that too.
import { mkdirSync, readdirSync, rmSync } from "node:fs";

const dist = new URL("dist/", import.meta.url);
mkdirSync(dist, { recursive: true });
for (const name of readdirSync(dist)) {
  if (name !== ".gitkeep") rmSync(new URL(name, dist), { recursive: true });
}
