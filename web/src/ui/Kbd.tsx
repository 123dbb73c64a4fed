import type { ReactNode } from "react";

/** The key to press, beside what it does. Screen readers are told by aria-keyshortcuts instead. */
export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="kbd" aria-hidden="true">
      {children}
    </kbd>
  );
}
