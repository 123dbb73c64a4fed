import { useTranslation } from "react-i18next";
import { useLanguage } from "../i18n/useLanguage";
import { StackedBars } from "../ui/StackedBars";
import { monthNames, monthsOf } from "./months";

const shown = 24; // months

/** How often this address called in two years, domestic violence apart from the rest. */
export function CallsByMonth({
  entries,
  now,
  loadedSince,
}: {
  entries: readonly { received_at: string; class: string }[];
  now: Date;
  /** The oldest moment of which everything is loaded; null when nothing older exists. */
  loadedSince: Date | null;
}) {
  const { t } = useTranslation("district");
  const { language } = useLanguage();
  const months = monthsOf(entries, now, shown, loadedSince);
  const sum = (part: "dv" | "other") => months.reduce((all, { calls }) => all + (calls?.[part] ?? 0), 0);
  const summary = t("chart.summary", { dv: sum("dv"), other: sum("other") });
  const isPart = months.some(({ calls }) => calls === null);
  return (
    <StackedBars
      summary={isPart ? `${summary} ${t("chart.partly")}` : summary}
      parts={[t("chart.dv"), t("chart.other")]}
      unknown={t("chart.unknown")}
      table={t("chart.table")}
      nameOfBar={t("chart.month")}
      bars={months.map(({ start, calls }, index) => ({
        ...monthNames(start, language),
        begins:
          start.getMonth() === 0 || (index === 0 && start.getMonth() < 10)
            ? String(start.getFullYear())
            : undefined,
        parts: calls === null ? null : [calls.dv, calls.other],
      }))}
    />
  );
}
