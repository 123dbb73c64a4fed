import type { KeyboardEvent, ReactNode, RefObject } from "react";
import { Collection, Header, ListBox, ListBoxItem, ListBoxSection } from "react-aria-components";

export type Suggestion = { id: string; title: string; detail?: string | undefined; aside?: ReactNode };

/** One suggestion of a list. All of it is its name: what is seen is heard. */
export const option = ({ id, title, detail, aside }: Suggestion) => (
  <ListBoxItem id={id} className="listbox-item" textValue={title}>
    <span className="listbox-words">
      <span className="listbox-title">{title}</span>
      {detail !== undefined && <span className="listbox-detail">{detail}</span>}
    </span>
    {aside}
  </ListBoxItem>
);

export type Group = { id: string; title: string; items: readonly Suggestion[] };

/**
 * Suggestions that stand in the page before anything is typed, under headings.
 * Nothing lies over the page and nothing takes the focus: arrow down leads here
 * from a ComboBox, the arrow keys and Enter choose, and what is typed goes to
 * the field.
 */
export function Suggestions({
  label,
  groups,
  list,
  onPick,
  onBack,
}: {
  label: string;
  groups: readonly Group[];
  list: RefObject<HTMLDivElement | null>;
  onPick: (id: string) => void;
  /** To the field. */
  onBack: () => void;
}) {
  const toField = (event: KeyboardEvent<HTMLDivElement>) => {
    const first = list.current?.querySelector("[role=option]");
    const isTyped = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey;
    const isUp = event.key === "ArrowUp" && event.target === first;
    if (!isTyped && !isUp && event.key !== "Escape") return;
    event.stopPropagation();
    if (!isTyped) event.preventDefault();
    onBack(); // before the browser writes the letter
  };
  return (
    <div onKeyDownCapture={toField}>
      <ListBox
        ref={list}
        aria-label={label}
        className="listbox listbox-standing"
        items={groups}
        selectionMode="none"
        onAction={(id) => onPick(String(id))}
      >
        {(group) => (
          <ListBoxSection className="listbox-group">
            <Header className="listbox-heading">{group.title}</Header>
            <Collection items={group.items}>{option}</Collection>
          </ListBoxSection>
        )}
      </ListBox>
    </div>
  );
}

/** Leads the keyboard to the first suggestion. */
export function enter(list: RefObject<HTMLDivElement | null>): void {
  list.current?.querySelector<HTMLElement>("[role=option]")?.focus();
}
