import { useTranslation } from "react-i18next";
import type { Severity } from "../ui/Tag";
import { whys, type Waiting, type Why } from "./waiting";

export const whySeverity: Record<Why, Severity> = {
  delivered: "critical",
  displayed: "high",
  read: "caution",
  radio: "info",
  inTime: "good",
};

/** How many wait for what. A figure takes colour only when there is something to do. */
export function Tally({ groups }: { groups: { why: Why; items: Waiting[] }[] }) {
  const { t } = useTranslation("supervision");
  return (
    <dl className="supervision-tally">
      {whys.map((why) => {
        const count = groups.find((group) => group.why === why)?.items.length ?? 0;
        return (
          <div
            key={why}
            className={
              count > 0 ? `supervision-figure supervision-${whySeverity[why]}` : "supervision-figure"
            }
          >
            <dt>{t(`why.${why}`)}</dt>
            <dd className="number">{count}</dd>
          </div>
        );
      })}
    </dl>
  );
}
