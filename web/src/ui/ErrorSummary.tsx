import { useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "./Icon";

/** One thing to put right. `field` is the id of the control it leads to, if there is one. */
export type Mistake = { field?: string | undefined; detail: string };

/**
 * Stands on top of a form and takes the focus when mistakes arrive; each leads
 * to its field. Nothing is shown without mistakes.
 */
export function ErrorSummary({ mistakes, title }: { mistakes: readonly Mistake[]; title?: string }) {
  const { t } = useTranslation("ui");
  const box = useRef<HTMLDivElement>(null);
  const heading = useId();
  useEffect(() => {
    if (mistakes.length > 0) box.current?.focus();
  }, [mistakes]);
  if (mistakes.length === 0) return null;
  return (
    <div ref={box} className="error-summary" role="alert" aria-labelledby={heading} tabIndex={-1}>
      <h2 id={heading} className="error-summary-title">
        <Icon name="critical" />
        {title ?? t("problems", { count: mistakes.length })}
      </h2>
      <ul>
        {mistakes.map(({ field, detail }) => (
          <li key={`${field ?? ""} ${detail}`}>
            {field === undefined ? (
              detail
            ) : (
              <a
                href={`#${field}`}
                onClick={(event) => {
                  event.preventDefault();
                  document.getElementById(field)?.focus();
                }}
              >
                {detail}
              </a>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
