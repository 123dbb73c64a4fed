import type { KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { ComboBox as AriaComboBox, Input, Label, ListBox, Popover, Text } from "react-aria-components";
import { Icon } from "./Icon";
import { option, type Suggestion } from "./Suggestions";

/**
 * A field that suggests while a person types. The caller looks suggestions up
 * for `text` and hands them in, best first. Enter takes the best one, or the one
 * that the arrow keys lead to.
 */
export function ComboBox({
  label,
  help,
  error,
  text,
  onText,
  suggestions,
  onPick,
  onDown,
  searching = false,
  placeholder = "",
  autoFocus = false,
  id,
}: {
  label: string;
  help?: string;
  error?: string | undefined;
  text: string;
  onText: (text: string) => void;
  suggestions: readonly Suggestion[];
  onPick: (picked: Suggestion) => void;
  /** Where arrow down leads while nothing is typed; nowhere without it. */
  onDown?: (() => void) | undefined;
  searching?: boolean;
  placeholder?: string;
  autoFocus?: boolean;
  id?: string;
}) {
  const { t } = useTranslation("ui");
  const pick = (key: unknown) => {
    const picked = suggestions.find((suggestion) => suggestion.id === key);
    if (picked !== undefined) onPick(picked);
  };
  const takeBest = (event: KeyboardEvent<HTMLInputElement>) => {
    const led = event.currentTarget.getAttribute("aria-activedescendant");
    if (event.key === "Enter" && led === null && suggestions[0] !== undefined && text !== "") {
      onPick(suggestions[0]);
    }
  };
  const leadOn = (event: KeyboardEvent) => {
    if (event.key !== "ArrowDown" || text !== "") return;
    event.preventDefault();
    event.stopPropagation(); // there is no list of its own to open
    onDown?.();
  };
  const found = searching ? t("loading") : t("suggestions", { count: suggestions.length });
  return (
    <AriaComboBox
      className="field combobox"
      {...(id !== undefined && { id })}
      items={suggestions}
      inputValue={text}
      onInputChange={onText}
      value={null}
      onChange={pick}
      menuTrigger="input"
      allowsCustomValue
      allowsEmptyCollection={text !== ""} // nothing typed, nothing to find: the list closes
      isInvalid={error !== undefined}
      validationBehavior="aria"
      // A typeahead is where the work begins; the page says when it may take the focus.
      // eslint-disable-next-line jsx-a11y/no-autofocus
      autoFocus={autoFocus}
    >
      <Label className="field-label">{label}</Label>
      {help !== undefined && (
        <Text slot="description" className="field-help">
          {help}
        </Text>
      )}
      <div className="combobox-box">
        {searching ? <span className="spinner" /> : <Icon name="search" />}
        <Input
          className="input"
          placeholder={placeholder}
          onKeyDownCapture={leadOn}
          onKeyDown={takeBest}
          autoComplete="off"
          spellCheck={false}
        />
      </div>
      <span className="heard-only" role="status">
        {text === "" ? "" : found}
      </span>
      {error !== undefined && <span className="field-error">{error}</span>}
      <Popover className="popover combobox-popover" offset={4}>
        <ListBox
          className="listbox"
          items={suggestions}
          renderEmptyState={() => (
            <p className="listbox-empty">{searching ? t("loading") : t("noSuggestions")}</p>
          )}
        >
          {option}
        </ListBox>
      </Popover>
    </AriaComboBox>
  );
}
