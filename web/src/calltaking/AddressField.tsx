import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { client, done } from "../api/client";
import { inWords } from "../api/problem";
import { Button } from "../ui/Button";
import { ComboBox } from "../ui/ComboBox";
import { Tag } from "../ui/Tag";
import { useKeys } from "../ui/useKeys";
import { toQuestion } from "./CallerColumn";
import type { Change, FoundAddress } from "./wire";

const pause = 80; // ms: as fast as a person types, not faster

/** The address while it is typed, best first. What is not in the gazetteer can be kept as it was said. */
export function AddressField({
  has,
  near,
  onChange,
}: {
  has: boolean;
  /** Where the caller is, as longitude,latitude; empty when nobody knows. */
  near: string;
  onChange: (change: Change) => Promise<boolean>;
}) {
  const { t } = useTranslation("calltaking");
  const { t: api } = useTranslation("api");
  const [text, setText] = useState("");
  const wanted = useSettled(text.trim(), pause);
  const box = useRef<HTMLDivElement>(null);
  useKeys({ F2: () => box.current?.querySelector("input")?.focus() });
  const found = useQuery({
    queryKey: ["addresses", wanted, near],
    queryFn: ({ signal }) =>
      done(
        client.GET("/api/v1/addresses", {
          params: { query: near === "" ? { q: wanted } : { q: wanted, near } },
          signal,
        }),
      ),
    enabled: wanted.length > 1,
    placeholderData: (before) => (wanted.length > 1 ? before : undefined),
    retry: false,
  });
  const choose = async (change: Change) => {
    setText("");
    toQuestion();
    if (!(await onChange(change))) setText(text);
  };
  const items = wanted.length > 1 ? (found.data?.items ?? []) : [];
  return (
    <div className="stack-tight" ref={box}>
      <ComboBox
        label={t("address.label")}
        placeholder={has ? t("address.correct") : t("address.placeholder")}
        text={text}
        onText={setText}
        searching={wanted !== text.trim() || found.isFetching}
        suggestions={items.map((item) => ({
          id: item.id,
          title: item.label,
          detail: [
            item.how === "typed" ? "" : t(`address.how.${item.how}`),
            t(`kind.${item.kind}`),
            item.locality,
          ]
            .filter(Boolean)
            .join(" · "),
          aside: <Counts item={item} />,
        }))}
        onPick={({ id }) => void choose({ address_id: id })}
        error={found.isError ? inWords(found.error, api) : undefined}
        // A call begins with where help is needed.
        // eslint-disable-next-line jsx-a11y/no-autofocus
        autoFocus={!has}
      />
      {text.trim().length > 2 && (
        <Button size="small" icon="pin" onPress={() => void choose({ address_text: text.trim() })}>
          {t("address.unverified", { text: text.trim() })}
        </Button>
      )}
    </div>
  );
}

function Counts({ item }: { item: FoundAddress }) {
  const { t } = useTranslation("calltaking");
  if (item.incidents_12m === 0) return null;
  return (
    <span className="row">
      {item.dv_12m > 0 && <Tag severity="high">{t("address.dv", { count: item.dv_12m })}</Tag>}
      <Tag>{t("address.calls", { count: item.incidents_12m })}</Tag>
    </span>
  );
}

function useSettled(text: string, after: number): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const later = setTimeout(() => setSettled(text), after);
    return () => clearTimeout(later);
  }, [text, after]);
  return settled;
}
