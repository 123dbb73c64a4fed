import { useTranslation } from "react-i18next";
import type { Examined } from "./wire";

/** What the checks of today find in a version that was kept; with any it cannot be approved. */
export function Findings({ findings }: { findings: Examined["findings"] }) {
  const { t } = useTranslation("authoring");
  if (findings.length === 0) return null;
  return (
    <section className="authoring-findings" aria-label={t("findings.title", { count: findings.length })}>
      <p className="strong">{t("findings.title", { count: findings.length })}</p>
      <ul>
        {findings.map(({ line, field, detail }) => (
          <li key={`${line ?? ""} ${field} ${detail}`}>
            {line !== undefined && `${t("findings.line", { line })}: `}
            <code>{field}</code> {detail}
          </li>
        ))}
      </ul>
    </section>
  );
}
