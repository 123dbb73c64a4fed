import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { client, done } from "../api/client";
import { inWords } from "../api/problem";
import { ComboBox } from "../ui/ComboBox";
import { enter } from "../ui/Suggestions";
import { Tag } from "../ui/Tag";
import { useKeys } from "../ui/useKeys";
import { Around } from "./Around";
import { toQuestion } from "./CallerColumn";
import type { Change, FoundAddress } from "./wire";

const unverified = "unverified"; // no id of an address
const pause = 80; // ms: as fast as a person types, not faster

/**
 * The address while it is typed, best first; until then those around the caller,
 * where a position is known. What is not in the gazetteer can be kept as it was said.
 */
export function AddressField({
  has,
  near,
  radius,
  onChange,
}: {
  has: boolean;
  /** Where the caller is, as longitude,latitude; empty when nobody knows. */
  near: string;
  /** How far off that may be, in metres. */
  radius: number | undefined;
  onChange: (change: Change) => Promise<boolean>;
}) {
  const { t } = useTranslation("calltaking");
  const { t: api } = useTranslation("api");
  const [text, setText] = useState("");
  const wanted = useSettled(text.trim(), pause);
  const box = useRef<HTMLDivElement>(null);
  const around = useRef<HTMLDivElement>(null);
  const toField = () => box.current?.querySelector("input")?.focus();
  useKeys({ F2: toField });
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
  const said = text.trim();
  const isSearching = wanted !== said || found.isFetching;
  // Last in the list, and never while better ones may come: Enter must not take it for one of them.
  const asSaid =
    said.length > 2 && !isSearching
      ? [
          {
            id: unverified,
            title: t("address.unverified", { text: said }),
            detail: t("address.unverifiedHelp"),
          },
        ]
      : [];
  const isProposing = !has && near !== "" && said === "";
  return (
    <div className="stack-tight" ref={box}>
      <ComboBox
        label={t("address.label")}
        placeholder={has ? t("address.correct") : t("address.placeholder")}
        text={text}
        onText={setText}
        searching={isSearching}
        suggestions={[
          ...items.map((item) => ({
            id: item.id,
            title: item.label,
            detail: [
              t(`kind.${item.kind}`),
              item.locality,
              item.former_label !== undefined && t("address.former", { label: item.former_label }),
            ]
              .filter(Boolean)
              .join(" · "),
            aside: <Marks item={item} />,
          })),
          ...asSaid,
        ]}
        onDown={() => enter(around)}
        onPick={({ id }) => void choose(id === unverified ? { address_text: said } : { address_id: id })}
        error={found.isError ? inWords(found.error, api) : undefined}
        // A call begins with where help is needed.
        // eslint-disable-next-line jsx-a11y/no-autofocus
        autoFocus={!has}
      />
      {isProposing && (
        <Around
          near={near}
          radius={radius}
          list={around}
          marks={(item) => <Marks item={item} />}
          onPick={(address_id) => void choose({ address_id })}
          onBack={toField}
        />
      )}
    </div>
  );
}

/** That it is not the one that was typed, and how often it called. */
function Marks({ item }: { item: FoundAddress }) {
  const { t } = useTranslation("calltaking");
  return (
    <span className="ct-marks">
      {(item.how === "corner" || item.how === "across") && (
        <Tag severity="info">{t(`address.how.${item.how}`)}</Tag>
      )}
      {item.dv_12m > 0 && <Tag severity="high">{t("address.dv", { count: item.dv_12m })}</Tag>}
      {item.incidents_12m > 0 && <Tag>{t("address.calls", { count: item.incidents_12m })}</Tag>}
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
