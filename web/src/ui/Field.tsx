import { useTranslation } from "react-i18next";
import {
  FieldError,
  Input,
  Label,
  Text,
  TextArea,
  TextField,
  type TextFieldProps,
} from "react-aria-components";

type Props = Omit<TextFieldProps, "className" | "style" | "children" | "isInvalid" | "validate"> & {
  label: string;
  /** Said before a person types, not after the mistake. */
  help?: string;
  /** What is wrong, as a sentence that says what to do. */
  error?: string | undefined;
  /** A text of several lines, with this many at first. */
  lines?: number;
  placeholder?: string;
};

/** A labelled text field. Its `id` is that of the input, so an ErrorSummary can lead to it. */
export function Field({ label, help, error, lines, placeholder, ...rest }: Props) {
  const { t } = useTranslation("ui");
  return (
    <TextField {...rest} className="field" isInvalid={error !== undefined} validationBehavior="aria">
      <Label className="field-label">
        {label}
        {rest.isRequired === true && <span className="field-required"> ({t("required")})</span>}
      </Label>
      {help !== undefined && (
        <Text slot="description" className="field-help">
          {help}
        </Text>
      )}
      {lines === undefined ? (
        <Input className="input" placeholder={placeholder ?? ""} />
      ) : (
        <TextArea className="input input-lines" rows={lines} placeholder={placeholder ?? ""} />
      )}
      <FieldError className="field-error">{error}</FieldError>
    </TextField>
  );
}
