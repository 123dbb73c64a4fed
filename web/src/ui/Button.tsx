import { useId, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from "react-aria-components";
import { Icon, type IconName } from "./Icon";
import { Kbd } from "./Kbd";

type Look = {
  /** One primary button on a screen part; danger for what cannot be taken back. */
  variant?: "primary" | "secondary" | "danger" | "quiet";
  /** `touch` is for the tablet: a glove must hit it. */
  size?: "small" | "medium" | "touch";
  icon?: IconName;
};

type Props = Look &
  Omit<AriaButtonProps, "className" | "style" | "children" | "isDisabled" | "aria-describedby"> & {
    children: ReactNode;
    /** The key that does the same. The hint is shown; useKeys does the work. */
    hint?: string;
    /** Why it cannot be used now. A button is never just grey. */
    unavailable?: string | undefined;
    wide?: boolean;
  };

const look = ({ variant = "secondary", size = "medium" }: Look, wide = false) =>
  ["button", `button-${variant}`, `button-${size}`, wide ? "button-wide" : ""].join(" ").trim();

export function Button({ variant, size, icon, hint, unavailable, wide, children, ...rest }: Props) {
  const { t } = useTranslation("ui");
  const reason = useId();
  const cannot = unavailable !== undefined;
  const button = (
    <AriaButton
      {...rest}
      isDisabled={cannot}
      className={look({ ...(variant && { variant }), ...(size && { size }) }, wide)}
      {...(cannot && { "aria-describedby": reason })}
    >
      {rest.isPending === true ? <span className="spinner" /> : icon && <Icon name={icon} />}
      <span className="button-text">{children}</span>
      {rest.isPending === true && <span className="heard-only">{t("working")}</span>}
      {hint !== undefined && <Kbd>{hint}</Kbd>}
    </AriaButton>
  );
  if (!cannot) return button;
  return (
    <span className={wide === true ? "button-with-reason button-wide" : "button-with-reason"}>
      {button}
      <span id={reason} className="button-reason">
        {unavailable}
      </span>
    </span>
  );
}

/** A button that is only a drawing; the label is read out. */
export function IconButton({
  icon,
  label,
  ...rest
}: { icon: IconName; label: string } & Pick<AriaButtonProps, "onPress" | "slot">) {
  return (
    <AriaButton {...rest} aria-label={label} className="button button-quiet button-icon">
      <Icon name={icon} />
    </AriaButton>
  );
}
