import { useEffect, useRef } from "react";

/**
 * One key does one thing, while the component is on screen: useKeys({ y: sayYes }).
 * Keys are KeyboardEvent.key, any case; "Mod+Enter" means with Ctrl or Command.
 * Single keys rest while a person types in a field or a dialog is open; Mod and
 * function keys do not.
 */
export function useKeys(keys: Record<string, () => void>): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const withMod = event.ctrlKey || event.metaKey;
      if (event.altKey || event.defaultPrevented || event.repeat) return;
      const plain = event.key.length === 1 && !withMod;
      if (plain && busy(event.target)) return;
      const name = (withMod ? "Mod+" : "") + event.key;
      const found = Object.entries(latest.current).find(([key]) => key.toLowerCase() === name.toLowerCase());
      if (found === undefined) return;
      event.preventDefault();
      found[1]();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
}

function busy(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  const typing = target.closest("textarea, select, [contenteditable], [role=listbox], [role=dialog]");
  const field = target.closest("input");
  return typing !== null || (field !== null && field.type !== "radio" && field.type !== "checkbox");
}
