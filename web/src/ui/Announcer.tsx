import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./Button";
import { Icon } from "./Icon";
import type { Severity } from "./Tag";

type Note = { id: number; text: string; severity: Exclude<Severity, "neutral"> };
type Announce = (text: string, severity?: Note["severity"]) => void;

const Announcing = createContext<Announce>(() => undefined);

/**
 * Says what happened without taking the focus or moving what a thumb is about
 * to touch: shown at the edge of the screen, and read out. Critical ones
 * interrupt the reader and stay until dismissed; the rest go after 8 s.
 */
export function useAnnounce(): Announce {
  return useContext(Announcing);
}

const shownFor = 8000; // ms

export function Announcer({ children }: { children: ReactNode }) {
  const { t } = useTranslation("ui");
  const [notes, setNotes] = useState<Note[]>([]);
  const next = useRef(0);
  const dismiss = useCallback((id: number) => setNotes((now) => now.filter((note) => note.id !== id)), []);
  const announce = useCallback<Announce>(
    (text, severity = "info") => {
      const id = next.current++;
      setNotes((now) => [...now.filter((note) => note.text !== text), { id, text, severity }].slice(-4));
      if (severity !== "critical") setTimeout(() => dismiss(id), shownFor);
    },
    [dismiss],
  );
  const [urgent, calm] = useMemo(
    () => [
      notes.filter((note) => note.severity === "critical"),
      notes.filter((note) => note.severity !== "critical"),
    ],
    [notes],
  );
  const shown = (note: Note) => (
    <li key={note.id} className={`toast toast-${note.severity}`}>
      <Icon name={note.severity} />
      <span>
        <span className="heard-only">{t(`severity.${note.severity}`)}: </span>
        {note.text}
      </span>
      <IconButton icon="close" label={t("dismiss")} onPress={() => dismiss(note.id)} />
    </li>
  );
  return (
    <Announcing value={announce}>
      {children}
      <div className="toasts">
        <ul aria-live="assertive">{urgent.map(shown)}</ul>
        <ul aria-live="polite">{calm.map(shown)}</ul>
      </div>
    </Announcing>
  );
}
