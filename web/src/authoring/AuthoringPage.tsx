import { useState } from "react";
import { useTranslation } from "react-i18next";
import { inWords } from "../api/problem";
import { useSearchParam } from "../start/useSearchParam";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Empty, Failed, Loading } from "../ui/states";
import { Propose, type Draft } from "./Propose";
import { useVersions } from "./useScripts";
import { VersionList } from "./VersionList";
import { VersionView } from "./VersionView";
import { nameOf, type Version } from "./wire";

/** The scripts of the centre: what is in force, what was, and what waits for a second person. */
export function AuthoringPage() {
  const { t } = useTranslation("authoring");
  const { t: api } = useTranslation("api");
  const scripts = useVersions();
  const [name, setName] = useSearchParam("version");
  const [task, setTask] = useSearchParam("task");
  // Kept while the author looks something up in another version.
  const [draft, setDraft] = useState<Draft>({ code: "", source: "", note: "" });
  const all = scripts.data?.scripts.flatMap(({ versions }) => versions) ?? [];
  const shown = all.find((each) => nameOf(each) === name) ?? first(all);
  const open = (version: Version) => {
    setTask(null);
    setName(nameOf(version));
  };
  return (
    <main className="page authoring">
      <div className="row-spread">
        <h1 className="title">{t("title")}</h1>
        {shown !== undefined && task !== "propose" && (
          <Button icon="note" onPress={() => setTask("propose")}>
            {t("propose.open")}
          </Button>
        )}
      </div>
      <div className="authoring-columns">
        <Card title={t("versions.title")} flush>
          {scripts.isPending && <Loading />}
          {scripts.isError && (
            <Failed words={inWords(scripts.error, api)} onRetry={() => void scripts.refetch()} />
          )}
          {scripts.isSuccess && all.length === 0 && <Empty title={t("versions.none")} />}
          {scripts.data?.scripts.map(({ code, versions }) => (
            <VersionList
              key={code}
              versions={versions}
              shown={task === "propose" ? undefined : shown}
              onOpen={open}
            />
          ))}
        </Card>
        {task === "propose" && shown !== undefined ? (
          <Propose
            base={shown}
            draft={draft}
            onDraft={setDraft}
            onProposed={open}
            onLeave={() => setTask(null)}
          />
        ) : (
          shown !== undefined && (
            <VersionView
              key={nameOf(shown)}
              version={shown}
              others={all.filter((each) => each.code === shown.code && each.version !== shown.version)}
            />
          )
        )}
      </div>
    </main>
  );
}

/** What somebody waits for comes first, then what is in force. */
function first(all: readonly Version[]): Version | undefined {
  return (
    all.find(({ state, mine }) => state === "proposed" && !mine) ??
    all.find(({ state }) => state === "in_force") ??
    all[0]
  );
}
