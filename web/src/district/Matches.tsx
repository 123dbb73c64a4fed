import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, done, type Schemas } from "../api/client";
import { inWords } from "../api/problem";
import { day } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import type { Suggestion } from "../ui/Suggestions";
import { AddressSearch } from "./AddressSearch";
import type { Go } from "./words";

/** What an unverified address turned out to be, or which ones turned out to be this; and taking that back. */
export function Matches({ first, go }: { first: Schemas["AddressHistory"]; go: Go }) {
  const { address, matches } = first;
  if (address.kind === "unverified" && matches.length === 0) return <Ask id={address.id} go={go} />;
  if (matches.length === 0) return null;
  return <Made first={first} go={go} />;
}

function useReload() {
  const queries = useQueryClient();
  return () => void queries.invalidateQueries();
}

function Ask({ id, go }: { id: string; go: Go }) {
  const { t } = useTranslation("district");
  const { t: api } = useTranslation("api");
  const reload = useReload();
  const [picked, setPicked] = useState<Suggestion | null>(null);
  const match = useMutation({
    mutationFn: (to: string) =>
      done(
        client.PUT("/api/v1/addresses/{id}/match", { params: { path: { id } }, body: { address_id: to } }),
      ),
    onSuccess: (found) => {
      reload();
      go.address(found.id);
    },
  });
  return (
    <Card title={t("match.title")} severity="caution">
      <div className="stack">
        <p>{t("match.help")}</p>
        <AddressSearch label={t("match.which")} onPick={setPicked} />
        {picked !== null && (
          <div className="row-spread">
            <span className="strong">
              {picked.title} <span className="muted">{picked.detail}</span>
            </span>
            <Button variant="primary" isPending={match.isPending} onPress={() => match.mutate(picked.id)}>
              {t("match.save")}
            </Button>
          </div>
        )}
        {match.isError && (
          <p role="alert" className="field-error">
            {inWords(match.error, api)}
          </p>
        )}
      </div>
    </Card>
  );
}

function Made({ first, go }: { first: Schemas["AddressHistory"]; go: Go }) {
  const { t } = useTranslation("district");
  const { t: api } = useTranslation("api");
  const { language } = useLanguage();
  const reload = useReload();
  const undo = useMutation({
    mutationFn: async (from: string) => {
      await done(client.DELETE("/api/v1/addresses/{id}/match", { params: { path: { id: from } } }));
      return from;
    },
    onSuccess: (from) => {
      reload();
      go.address(from);
    },
  });
  return (
    <Card title={t("match.made")} flush>
      <ul className="rows">
        {first.matches.map((match) => {
          const isHere = match.to_id === first.address.id;
          return (
            <li key={match.from_id} className="district-row">
              <div className="district-lines">
                <span className="strong">{isHere ? match.from_label : match.to_label}</span>
                <span className="muted small">
                  {t("match.by", { name: match.by, date: day(new Date(match.at), language) })}
                </span>
              </div>
              <Button size="small" isPending={undo.isPending} onPress={() => undo.mutate(match.from_id)}>
                {t("match.undo")}
              </Button>
            </li>
          );
        })}
      </ul>
      {undo.isError && (
        <p role="alert" className="field-error district-note">
          {inWords(undo.error, api)}
        </p>
      )}
    </Card>
  );
}
