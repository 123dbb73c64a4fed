import { useId, type ReactNode } from "react";
import { Kbd } from "./Kbd";

export type Option<Value extends string> = {
  value: Value;
  label: string;
  help?: string;
  /** The key that chooses it; the hint is shown, useKeys does the work. */
  hint?: string;
};

type Common<Value extends string> = {
  /** The wording of the question. */
  legend: ReactNode;
  help?: string;
  error?: string | undefined;
  options: readonly Option<Value>[];
  /** Answers side by side (the default) or one a line. */
  layout?: "row" | "column";
  size?: "medium" | "touch";
  /** The id of the first option, for an ErrorSummary to lead to. */
  id?: string;
};

/** A question with one answer. Null is 'not asked': nothing is chosen beforehand. */
export function Choice<Value extends string>({
  value,
  onChange,
  ...question
}: Common<Value> & { value: Value | null; onChange: (value: Value) => void }) {
  return <Question {...question} type="radio" chosen={value === null ? [] : [value]} onPick={onChange} />;
}

/** A question with any number of answers. */
export function Checks<Value extends string>({
  values,
  onChange,
  ...question
}: Common<Value> & { values: readonly Value[]; onChange: (values: Value[]) => void }) {
  const turn = (value: Value) => {
    onChange(values.includes(value) ? values.filter((each) => each !== value) : [...values, value]);
  };
  return <Question {...question} type="checkbox" chosen={values} onPick={turn} />;
}

function Question<Value extends string>({
  legend,
  help,
  error,
  options,
  layout = "row",
  size = "medium",
  id,
  type,
  chosen,
  onPick,
}: Common<Value> & { type: "radio" | "checkbox"; chosen: readonly Value[]; onPick: (value: Value) => void }) {
  const name = useId();
  const described = [help !== undefined && `${name}help`, error !== undefined && `${name}error`].filter(
    Boolean,
  );
  return (
    <fieldset className="choice" aria-describedby={described.length > 0 ? described.join(" ") : undefined}>
      <legend className="choice-legend">{legend}</legend>
      {help !== undefined && (
        <p id={`${name}help`} className="field-help">
          {help}
        </p>
      )}
      {error !== undefined && (
        <p id={`${name}error`} className="field-error">
          {error}
        </p>
      )}
      <div className={`choice-options choice-${layout}`}>
        {options.map((option, index) => (
          <label key={option.value} className={`choice-option choice-${size}`}>
            <input
              type={type}
              name={name}
              value={option.value}
              checked={chosen.includes(option.value)}
              onChange={() => onPick(option.value)}
              aria-keyshortcuts={option.hint}
              {...(index === 0 && id !== undefined && { id })}
            />
            <span className="choice-mark" />
            <span className="choice-words">
              {option.label}
              {option.help !== undefined && <span className="choice-help">{option.help}</span>}
            </span>
            {option.hint !== undefined && <Kbd>{option.hint}</Kbd>}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
