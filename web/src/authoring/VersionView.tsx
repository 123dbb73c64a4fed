import { useTranslation } from "react-i18next";
import { inWords } from "../api/problem";
import { useSearchParam } from "../start/useSearchParam";
import { lazy, Suspense } from "react";
import { Failed, Loading } from "../ui/states";
import { Tabs } from "../ui/Tabs";
import { Compare } from "./Compare";
import { Decision } from "./Decision";
import { Findings } from "./Findings";
import { Preview } from "./Preview";
import { Source } from "./Source";
import { useVersion } from "./useScripts";
import { Walkthrough } from "./Walkthrough";
import { StateTag } from "./VersionList";
import type { Version } from "./wire";

// The layout of the picture is a library that nobody needs before looking at it.
const Picture = lazy(() => import("./Picture"));

/** One version: what it says, tried, drawn, compared, and what becomes of it. */
export function VersionView({ version, others }: { version: Version; others: readonly Version[] }) {
  const { t } = useTranslation("authoring");
  const { t: api } = useTranslation("api");
  const [tab, setTab] = useSearchParam("tab");
  const examined = useVersion(version.code, version.version);
  if (examined.isPending) return <Loading lines={8} />;
  if (examined.data === undefined)
    return <Failed words={inWords(examined.error, api)} onRetry={() => void examined.refetch()} />;
  const { script, source, findings } = examined.data;
  const tabs = [
    { id: "preview", label: t("tab.preview"), content: <Preview script={script} /> },
    { id: "walk", label: t("tab.walk"), content: <Walkthrough script={script} /> },
    {
      id: "graph",
      label: t("tab.graph"),
      content: (
        <Suspense fallback={<Loading />}>
          <Picture script={script} />
        </Suspense>
      ),
    },
    { id: "compare", label: t("tab.compare"), content: <Compare version={version} others={others} /> },
    { id: "source", label: t("tab.source"), content: <Source text={source} /> },
  ];
  return (
    <div className="stack authoring-view">
      <div className="row">
        <h2 className="title">{t("versions.name", version)}</h2>
        <StateTag state={version.state} />
      </div>
      <Decision version={version} />
      <Findings findings={findings} />
      <Tabs
        label={t("tab.label")}
        tabs={tabs}
        selected={tabs.some(({ id }) => id === tab) ? (tab ?? "preview") : "preview"}
        onSelect={setTab}
      />
    </div>
  );
}
