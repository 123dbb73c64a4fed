import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { client, done, type Schemas } from "../api/client";
import { inWords } from "../api/problem";
import { day } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Empty } from "../ui/states";
import { Tag } from "../ui/Tag";

type First = Schemas["AddressHistory"];
type Link = Schemas["PersonLink"];

/** Who was seen here, who may have moved away, and which other records are the same person or may be. */
export function Residents({ first: { residents, links } }: { first: First }) {
  const { t } = useTranslation("district");
  const { t: api } = useTranslation("api");
  const { language } = useLanguage();
  const queries = useQueryClient();
  const decide = useMutation({
    mutationFn: ({ person_id, other_id, merged_at }: Link) => {
      const params = { path: { id: other_id } };
      return done(
        merged_at === undefined
          ? client.PUT("/api/v1/persons/{id}/merge", { params, body: { same_as: person_id } })
          : client.DELETE("/api/v1/persons/{id}/merge", { params }),
      );
    },
    onSuccess: () => void queries.invalidateQueries(),
  });
  return (
    <Card title={t("residents")} flush={residents.length > 0}>
      {residents.length === 0 && <Empty title={t("noResidents")} />}
      <ul className="rows">
        {residents.map((person) => (
          <li key={person.person_id} className="district-row district-resident">
            <span>
              <span className="strong">{person.name}</span>{" "}
              {person.birth_date !== undefined && person.birth_date !== "" && (
                <span className="muted number">{day(new Date(person.birth_date), language)}</span>
              )}
            </span>
            <span className="muted small number">
              {t("seen", { date: day(new Date(person.last_seen), language) })}
            </span>
            {person.elsewhere_at !== undefined && (
              <p className="small district-under">
                <Tag severity="caution">{t("moved")}</Tag>{" "}
                {t("elsewhere", {
                  address: person.elsewhere,
                  date: day(new Date(person.elsewhere_at), language),
                })}
              </p>
            )}
            {links
              .filter(({ person_id }) => person_id === person.person_id)
              .map((link) => (
                <div key={link.other_id} className="row-spread district-under">
                  <Other link={link} />
                  <Button size="small" isPending={decide.isPending} onPress={() => decide.mutate(link)}>
                    {t(link.merged_at === undefined ? "same.merge" : "same.undo")}
                    <span className="heard-only"> {link.name}</span>
                  </Button>
                </div>
              ))}
          </li>
        ))}
      </ul>
      {decide.isError && (
        <p role="alert" className="field-error district-note">
          {inWords(decide.error, api)}
        </p>
      )}
    </Card>
  );
}

function Other({ link }: { link: Link }) {
  const { t } = useTranslation("district");
  const { language } = useLanguage();
  const { name, birth_date, reason, merged_by, merged_at } = link;
  return (
    <span className="small">
      {t(merged_at === undefined ? "same.mayBe" : "same.is", {
        name: name === "" ? t("repeats.nameless") : name,
      })}{" "}
      <span className="muted">
        {[
          birth_date !== "" && day(new Date(birth_date), language),
          merged_at === undefined
            ? t(`same.reason.${reason}`, { defaultValue: reason })
            : t("same.by", { name: merged_by, date: day(new Date(merged_at), language) }),
        ]
          .filter(Boolean)
          .join(" · ")}
      </span>
    </span>
  );
}
