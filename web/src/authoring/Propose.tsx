import { useEffect, useId } from "react";
import { useTranslation } from "react-i18next";
import { FileTrigger } from "react-aria-components";
import { inWords, mistakesOf } from "../api/problem";
import { useAnnounce } from "../ui/Announcer";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { ErrorSummary } from "../ui/ErrorSummary";
import { Field } from "../ui/Field";
import { Failed, Loading } from "../ui/states";
import { usePropose, useVersion } from "./useScripts";
import type { Version } from "./wire";

export type Draft = { code: string; source: string; note: string };

/** A new version: the text of another one, changed here or in an editor, and why. Nothing is kept that has a finding. */
export function Propose({
  base,
  draft,
  onDraft,
  onProposed,
  onLeave,
}: {
  base: Version;
  draft: Draft;
  onDraft: (draft: Draft) => void;
  onProposed: (version: Version) => void;
  onLeave: () => void;
}) {
  const { t } = useTranslation("authoring");
  const { t: api } = useTranslation("api");
  const announce = useAnnounce();
  const examined = useVersion(base.code, base.version);
  const text = examined.data?.source;
  useEffect(() => {
    if (text !== undefined && draft.code !== base.code) onDraft({ code: base.code, source: text, note: "" });
  }, [text, base.code, draft.code, onDraft]);
  const propose = usePropose(base.code, (version) => {
    announce(t("propose.done", version), "good");
    onDraft({ code: "", source: "", note: "" });
    onProposed(version);
  });
  const source = useId();
  const note = useId();
  const mistakes = mistakesOf(propose.error).map(({ field, detail }) => ({
    field: field === "note" ? note : source,
    detail: `${field.replace(/^source line (\d+)/, (_, line: string) => t("findings.line", { line }))}: ${detail}`,
  }));
  if (draft.code === "" && examined.isPending) return <Loading lines={8} />;
  if (draft.code === "" && examined.isError)
    return <Failed words={inWords(examined.error, api)} onRetry={() => void examined.refetch()} />;
  const read = async (files: FileList | null) => {
    const file = files?.item(0);
    if (file) onDraft({ ...draft, source: await file.text() });
  };
  return (
    <Card title={t("propose.title", { code: base.code })}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (!propose.isPending) propose.mutate({ source: draft.source, note: draft.note.trim() });
        }}
      >
        {mistakes.length > 0 ? (
          <ErrorSummary mistakes={mistakes} title={t("propose.refused", { count: mistakes.length })} />
        ) : (
          propose.isError && (
            <Failed
              title={t("propose.notSaved")}
              words={`${inWords(propose.error, api)} ${t("propose.kept")}`}
            />
          )
        )}
        <p>{t("propose.how")}</p>
        <Field
          id={note}
          label={t("propose.note")}
          help={t("propose.noteHelp")}
          isRequired
          maxLength={1000}
          value={draft.note}
          onChange={(words) => onDraft({ ...draft, note: words })}
        />
        <div className="row">
          <FileTrigger acceptedFileTypes={[".yaml", ".yml", ".json"]} onSelect={(files) => void read(files)}>
            <Button>{t("propose.file")}</Button>
          </FileTrigger>
          <span className="muted">{t("propose.orType")}</span>
        </div>
        <div className="authoring-text">
          <Field
            id={source}
            label={t("propose.source")}
            isRequired
            lines={24}
            value={draft.source}
            onChange={(words) => onDraft({ ...draft, source: words })}
          />
        </div>
        <div className="row">
          <Button type="submit" variant="primary" isPending={propose.isPending}>
            {t("propose.send")}
          </Button>
          <Button onPress={onLeave}>{t("propose.leave")}</Button>
        </div>
      </form>
    </Card>
  );
}
