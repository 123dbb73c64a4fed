import { useTranslation } from "react-i18next";
import { moment } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { Tag, type Severity } from "../ui/Tag";
import { nameOf, type Version } from "./wire";

const severities: Record<Version["state"], Severity> = {
  proposed: "caution",
  in_force: "good",
  earlier: "neutral",
  refused: "high",
  withdrawn: "neutral",
};

export function StateTag({ state }: { state: Version["state"] }) {
  const { t } = useTranslation("authoring");
  return <Tag severity={severities[state]}>{t(`state.${state}`)}</Tag>;
}

/** The versions of one script, the newest first. */
export function VersionList({
  versions,
  shown,
  onOpen,
}: {
  versions: readonly Version[];
  shown: Version | undefined;
  onOpen: (version: Version) => void;
}) {
  const { t } = useTranslation("authoring");
  const { language, said } = useLanguage();
  return (
    <ul className="rows">
      {versions.map((version) => (
        <li key={nameOf(version)}>
          <button
            type="button"
            className="authoring-version"
            aria-current={shown !== undefined && nameOf(shown) === nameOf(version)}
            onClick={() => onOpen(version)}
          >
            <span className="row">
              <span className="strong">{t("versions.name", version)}</span>
              <StateTag state={version.state} />
            </span>
            <span>{said(version.title)}</span>
            <span className="muted small">
              {version.shipped ? t("versions.shipped") : version.proposed_by} ·{" "}
              {moment(new Date(version.proposed_at), language)}
            </span>
            {version.note !== "" && <span className="small">{version.note}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}
