import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLanguage } from "../i18n/useLanguage";
import type { Script } from "../script/walk";
import { Segmented } from "../ui/Segmented";
import { besides, inWords, lookedAt, raisesOf } from "./conditions";
import { pictureOf, type Edge } from "./graph";
import { useJoints } from "./useJoints";

const groups = ["safety", "relationship", "history", "access"] as const;

/** Which question comes up by the answers to which, as a picture. Each opens to its text and condition. */
export default function Picture({ script }: { script: Script }) {
  const { t } = useTranslation("authoring");
  const { said } = useLanguage();
  const joints = useJoints();
  const picture = useMemo(() => pictureOf(script.questions), [script]);
  const [size, setSize] = useState<"fit" | "full">("fit");
  const [chosen, setChosen] = useState<string | null>(null);
  const questions = new Map(script.questions.map((question) => [question.code, question]));
  const open = chosen === null ? undefined : questions.get(chosen);
  const near = (edge: Edge) => edge.from === chosen || edge.to === chosen;
  const asked = (code: string) => `${code}: ${said(questions.get(code)?.text ?? {})}`;
  return (
    <div className="stack">
      <div className="row-spread">
        <ul className="authoring-legend">
          {groups.map((group) => (
            <li key={group}>
              <span className={`authoring-swatch authoring-${group}`} /> {t(`group.${group}`)}
            </li>
          ))}
        </ul>
        <Segmented
          label={t("graph.size")}
          options={[
            { value: "fit", label: t("graph.fit") },
            { value: "full", label: t("graph.full") },
          ]}
          value={size}
          onChange={setSize}
        />
      </div>
      <div className="authoring-graph-columns">
        <div className="authoring-graph">
          <svg
            viewBox={`0 0 ${picture.width} ${picture.height}`}
            className={size === "fit" ? "authoring-fit" : ""}
            {...(size === "full" && { width: picture.width, height: picture.height })}
            role="group"
            aria-label={t("graph.label", { count: picture.nodes.length })}
          >
            <defs>
              <marker
                id="arrow"
                viewBox="0 0 8 8"
                refX="8"
                refY="4"
                markerWidth="9"
                markerHeight="9"
                orient="auto"
                markerUnits="userSpaceOnUse"
              >
                <path d="M0 0 8 4 0 8z" className="authoring-arrow" />
              </marker>
            </defs>
            {picture.edges.map((edge) => (
              <path
                key={`${edge.from} ${edge.to}`}
                d={edge.points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x} ${y}`).join("")}
                className={near(edge) ? "authoring-edge authoring-near" : "authoring-edge"}
                markerEnd="url(#arrow)"
              />
            ))}
            {picture.nodes.map(({ code, group, x, y, width, height }) => (
              <g
                key={code}
                role="button"
                tabIndex={0}
                aria-label={asked(code)}
                aria-pressed={chosen === code}
                className={`authoring-node authoring-${group}${chosen === code ? " authoring-chosen" : ""}`}
                transform={`translate(${x - width / 2} ${y - height / 2})`}
                onClick={() => setChosen(code)}
                onKeyDown={(event) => {
                  if (event.key !== "Enter" && event.key !== " ") return;
                  event.preventDefault();
                  setChosen(code);
                }}
              >
                <rect width={width} height={height} rx="7" />
                <text x={width / 2} y={height / 2 + 4} textAnchor="middle">
                  {code}
                </text>
              </g>
            ))}
          </svg>
        </div>
        <aside className="card card-body stack-tight" aria-live="polite">
          {open === undefined ? (
            <p className="muted">{t("graph.choose")}</p>
          ) : (
            <>
              <p className="authoring-code">{open.code}</p>
              <p className="strong">{said(open.text)}</p>
              <p>
                {open.when === undefined
                  ? t("preview.always")
                  : t("preview.when", { when: inWords(open.when, joints) })}
              </p>
              {lookedAt(open.when).length > 0 && (
                <p className="muted">{t("graph.after", { codes: lookedAt(open.when).join(", ") })}</p>
              )}
              {besides(open.when).length > 0 && (
                <p className="muted">{t("graph.besides", { what: besides(open.when).join(", ") })}</p>
              )}
              {raisesOf(open).map((raise) => (
                <p key={raise} className="small">
                  {t("preview.raises", { raise })}
                </p>
              ))}
            </>
          )}
        </aside>
      </div>
      <section aria-label={t("graph.apart", { count: picture.apart.length })} className="stack-tight">
        <h3 className="eyebrow">{t("graph.apart", { count: picture.apart.length })}</h3>
        <p className="row">
          {picture.apart.map((code) => (
            <button
              key={code}
              type="button"
              className={`authoring-apart authoring-${questions.get(code)?.group ?? ""}`}
              aria-pressed={chosen === code}
              aria-label={asked(code)}
              onClick={() => setChosen(code)}
            >
              {code}
            </button>
          ))}
        </p>
      </section>
    </div>
  );
}
