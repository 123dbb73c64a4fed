import { useTranslation } from "react-i18next";
import { inWords } from "../api/problem";
import type { Condition } from "../script/walk";
import { useSearchParam } from "../start/useSearchParam";
import { Card } from "../ui/Card";
import { Select } from "../ui/Select";
import { Empty, Failed, Loading } from "../ui/states";
import { Tag, type Severity } from "../ui/Tag";
import { inWords as inOneLine } from "./conditions";
import { byPart, type Changed } from "./differences";
import { useJoints } from "./useJoints";
import { useDifferences } from "./useScripts";
import type { Difference, Version } from "./wire";

const severities: Record<Difference["kind"], Severity> = {
  added: "good",
  removed: "high",
  moved: "info",
  changed: "caution",
};

/** How this version differs from another; at first from the one that it would follow. */
export function Compare({ version, others }: { version: Version; others: readonly Version[] }) {
  const { t } = useTranslation("authoring");
  const [chosen, setChosen] = useSearchParam("from");
  const from =
    others.find((each) => String(each.version) === chosen) ??
    others.find(({ state }) => state === "in_force") ??
    others.find((each) => each.version < version.version) ??
    others[0];
  if (from === undefined) return <Empty title={t("compare.alone")} />;
  return (
    <div className="stack">
      <div className="authoring-tools">
        <Select
          label={t("compare.from")}
          options={others.map((each) => ({
            value: String(each.version),
            label: `${t("versions.name", each)} · ${t(`state.${each.state}`)}`,
          }))}
          value={String(from.version)}
          onChange={setChosen}
        />
      </div>
      <Lines version={version} from={from.version} />
    </div>
  );
}

function Lines({ version, from }: { version: Version; from: number }) {
  const { t } = useTranslation("authoring");
  const { t: api } = useTranslation("api");
  const found = useDifferences(version.code, version.version, from);
  if (found.isPending) return <Loading lines={5} />;
  if (found.isError) return <Failed words={inWords(found.error, api)} onRetry={() => void found.refetch()} />;
  const parts = byPart(found.data.lines);
  if (parts.length === 0) return <Empty title={t("compare.same")} />;
  return (
    <>
      <p className="muted">{t("compare.count", { count: parts.length, lines: found.data.lines.length })}</p>
      {parts.map((part) => (
        <Part key={`${part.of} ${part.code}`} part={part} from={from} to={version.version} />
      ))}
    </>
  );
}

function Part({ part, from, to }: { part: Changed; from: number; to: number }) {
  const { t } = useTranslation("authoring");
  const joints = useJoints();
  const behind = (code: string | undefined) =>
    code === undefined || code === "" ? t("compare.first") : t("compare.behind", { code });
  const value = (line: Difference, side: "was" | "is") => {
    const text = line[side];
    if (text?.startsWith("{") === true) return inOneLine(JSON.parse(text) as Condition, joints);
    if (line.field !== "place") return text ?? "";
    return (side === "was" ? line.kind !== "added" : line.kind !== "removed") ? behind(text) : "";
  };
  const title = part.of === "script" ? t("compare.script") : `${t(`compare.${part.of}`)} ${part.code}`;
  return (
    <Card
      level={3}
      title={title}
      flush
      actions={<Tag severity={severities[part.kind]}>{t(`difference.${part.kind}`)}</Tag>}
    >
      <table className="table authoring-compare">
        <thead>
          <tr>
            <th scope="col">{t("compare.field")}</th>
            <th scope="col">{t("compare.was", { version: from })}</th>
            <th scope="col">{t("compare.is", { version: to })}</th>
          </tr>
        </thead>
        <tbody>
          {part.lines.map((line) => (
            <tr key={line.field}>
              <th scope="row">{line.field === "place" ? t("compare.place") : line.field}</th>
              <td className="authoring-was">{value(line, "was")}</td>
              <td className="authoring-is">{value(line, "is")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
