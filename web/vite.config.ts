import { fileURLToPath } from "node:url";
import optimizeLocales from "@react-aria/optimize-locales-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const page = (name: string) => fileURLToPath(new URL(`${name}.html`, import.meta.url));

// In development the pages come from Vite and everything else from a running `doorstep serve`.
const server = process.env["DOORSTEP_URL"] ?? "http://127.0.0.1:8112";
const desks = ["calltaking", "tablet", "district", "supervision", "authoring"];

export default defineConfig({
  plugins: [
    react(),
    // React Aria carries its words in thirty languages; ours are enough.
    { ...optimizeLocales.vite({ locales: ["en-US", "et-EE", "ru-RU"] }), enforce: "pre" },
    {
      name: "desk-addresses",
      configureServer(dev) {
        dev.middlewares.use((request, _response, next) => {
          const desk = desks.find((d) => request.url === `/${d}` || request.url?.startsWith(`/${d}?`));
          if (desk !== undefined) request.url = `/${desk}.html`;
          next();
        });
      },
    },
  ],
  server: { proxy: { "/api": { target: server, ws: true } } },
  build: {
    // dist holds a committed .gitkeep, so that the binary builds without the pages.
    emptyOutDir: false,
    // The Content-Security-Policy allows no data: address and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    rolldownOptions: { input: ["index", ...desks].map(page) },
  },
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
    environment: "node",
    restoreMocks: true,
  },
});
