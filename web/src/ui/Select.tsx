import {
  Button,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select as AriaSelect,
  SelectValue,
} from "react-aria-components";
import { Icon } from "./Icon";

/** One of a known list. For two or three values that act at once take Segmented. */
export function Select<Value extends string>({
  label,
  options,
  value,
  onChange,
}: {
  label: string;
  options: readonly { value: Value; label: string }[];
  value: Value;
  onChange: (value: Value) => void;
}) {
  return (
    <AriaSelect
      className="field"
      value={value}
      onChange={(key) => {
        onChange(key as Value);
      }}
    >
      <Label className="field-label">{label}</Label>
      <Button className="input select-button">
        <SelectValue className="select-value" />
        <Icon name="chevronDown" />
      </Button>
      <Popover className="popover">
        <ListBox className="listbox" items={options.map((option) => ({ ...option, id: option.value }))}>
          {(option) => (
            <ListBoxItem className="listbox-item" textValue={option.label}>
              {option.label}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
