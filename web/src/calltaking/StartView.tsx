import { useMutation } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { client, done } from "../api/client";
import { useOnce } from "../api/once";
import { inWords } from "../api/problem";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Checks, Choice } from "../ui/Choice";
import { Field } from "../ui/Field";
import { Failed } from "../ui/states";
import { useKeys } from "../ui/useKeys";
import { OpenIncidents } from "./OpenIncidents";
import { Outage } from "./Outage";

const channels = ["voice", "text", "silent", "app"] as const;
const roles = ["victim", "third_party", "child", "suspect"] as const;
const languages = ["et", "en", "ru"] as const;

/** Between calls: take the next one, and look after those under way. */
export function StartView({ onOpen, tools }: { onOpen: (call: string) => void; tools: ReactNode }) {
  const { t } = useTranslation("calltaking");
  const { t: api } = useTranslation("api");
  const [channel, setChannel] = useState<(typeof channels)[number]>("voice");
  const [role, setRole] = useState<(typeof roles)[number]>("victim");
  const [language, setLanguage] = useState<(typeof languages)[number]>("et");
  const [covert, setCovert] = useState(false);
  const [phone, setPhone] = useState("");
  const once = useOnce();
  const open = useMutation({
    mutationFn: () => {
      const body = {
        channel,
        caller_role: role,
        language,
        covert,
        ...(phone.trim() !== "" && { phone: phone.trim() }),
      };
      return done(client.POST("/api/v1/calls", { params: { header: once.key(body) }, body }));
    },
    onSuccess: (call) => {
      once.renew();
      onOpen(call.id);
    },
  });
  const begin = () => {
    if (!open.isPending) open.mutate();
  };
  useKeys({
    n: begin,
    1: () => setChannel("voice"),
    2: () => setChannel("text"),
    3: () => setChannel("silent"),
    4: () => setChannel("app"),
    v: () => setRole("victim"),
    t: () => setRole("third_party"),
    c: () => setRole("child"),
    s: () => setRole("suspect"),
    e: () => setLanguage("et"),
    i: () => setLanguage("en"),
    r: () => setLanguage("ru"),
    F4: () => setCovert((now) => !now),
  });
  const roleKeys = { victim: "V", third_party: "T", child: "C", suspect: "S" };
  const languageKeys = { et: "E", en: "I", ru: "R" };
  return (
    <>
      <div className="row-spread">
        <h1 className="title">{t("title")}</h1>
        <div className="row">{tools}</div>
      </div>
      <Outage />
      <div className="ct-start">
        <Card title={t("new.title")}>
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault();
              begin();
            }}
          >
            <Choice
              legend={t("new.channel")}
              value={channel}
              onChange={setChannel}
              options={channels.map((value, index) => ({
                value,
                label: t(`channel.${value}`),
                hint: `${index + 1}`,
              }))}
            />
            <Choice
              legend={t("new.role")}
              value={role}
              onChange={setRole}
              options={roles.map((value) => ({ value, label: t(`role.${value}`), hint: roleKeys[value] }))}
            />
            <Choice
              legend={t("new.language")}
              value={language}
              onChange={setLanguage}
              options={languages.map((value) => ({
                value,
                label: t(`language.${value}`),
                hint: languageKeys[value],
              }))}
            />
            <Checks
              legend={t("new.speech")}
              values={covert ? ["covert"] : []}
              onChange={(values) => setCovert(values.length > 0)}
              options={[{ value: "covert", label: t("covert.on"), help: t("covert.help"), hint: "F4" }]}
            />
            <Field label={t("caller.phone")} value={phone} onChange={setPhone} type="tel" />
            {open.isError && <Failed title={t("new.notOpened")} words={inWords(open.error, api)} />}
            <Button
              type="submit"
              variant="primary"
              icon="phone"
              hint="N"
              aria-keyshortcuts="N"
              isPending={open.isPending}
              wide
            >
              {t("new.open")}
            </Button>
          </form>
        </Card>
        <OpenIncidents onOpen={onOpen} />
      </div>
    </>
  );
}
