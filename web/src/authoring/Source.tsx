import { useTranslation } from "react-i18next";

/** The text as it was handed in, with the lines that findings speak of. */
export function Source({ text }: { text: string }) {
  const { t } = useTranslation("authoring");
  return (
    // Only a focusable box can be scrolled by keys.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="authoring-source" role="region" aria-label={t("tab.source")} tabIndex={0}>
      <ol>
        {text.split("\n").map((line, index) => (
          <li key={index}>
            <code>{line}</code>
          </li>
        ))}
      </ol>
    </div>
  );
}
