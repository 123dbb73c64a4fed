import { useSyncExternalStore } from "react";

export type Theme = "day" | "night";

const kept = "doorstep.theme";
const watchers = new Set<() => void>();

function current(): Theme {
  return document.documentElement.dataset["theme"] === "night" ? "night" : "day";
}

export function setTheme(theme: Theme): void {
  localStorage.setItem(kept, theme);
  document.documentElement.dataset["theme"] = theme;
  for (const changed of watchers) changed();
}

/** The theme chosen on this device, else the device's own. */
export function startTheme(): void {
  const wish =
    localStorage.getItem(kept) ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "night" : "day");
  document.documentElement.dataset["theme"] = wish === "night" ? "night" : "day";
}

export function useTheme(): Theme {
  return useSyncExternalStore((changed) => {
    watchers.add(changed);
    return () => watchers.delete(changed);
  }, current);
}
