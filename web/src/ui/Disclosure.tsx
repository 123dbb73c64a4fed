import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button, Disclosure as AriaDisclosure, DisclosurePanel } from "react-aria-components";
import { Icon } from "./Icon";

/** Opens in place to show more. */
export function Disclosure({
  label,
  open = false,
  children,
}: {
  label: ReactNode;
  open?: boolean;
  children: ReactNode;
}) {
  return (
    <AriaDisclosure className="disclosure" defaultExpanded={open}>
      <Button slot="trigger" className="disclosure-opener">
        <Icon name="chevronRight" />
        {label}
      </Button>
      <DisclosurePanel className="disclosure-panel">{children}</DisclosurePanel>
    </AriaDisclosure>
  );
}

/** What raised a flag or a grade: an answer, an incident, an order, with its date and source. */
export type Reason = { text: string; source?: string | undefined; at?: string | undefined };

/** The 'why' beside every flag, grade and rank: opens to its reasons. `of` tells a screen reader whose. */
export function Why({
  of,
  reasons,
  open = false,
  children,
}: {
  of: string;
  reasons: readonly Reason[];
  open?: boolean;
  /** What can be done about it by whoever has read the reasons. */
  children?: ReactNode;
}) {
  const { t } = useTranslation("ui");
  return (
    <Disclosure
      open={open}
      label={
        <>
          {t("why")}
          <span className="heard-only">{of}</span>
        </>
      }
    >
      <ul className="reasons">
        {reasons.map((reason) => (
          <li key={`${reason.text} ${reason.at ?? ""}`}>
            <span>{reason.text}</span>
            {(reason.source !== undefined || reason.at !== undefined) && (
              <span className="reason-source">{[reason.source, reason.at].filter(Boolean).join(" · ")}</span>
            )}
          </li>
        ))}
      </ul>
      {children}
    </Disclosure>
  );
}
