import { useQuery } from "@tanstack/react-query";
import type { ReactNode, RefObject } from "react";
import { useTranslation } from "react-i18next";
import { client, done } from "../api/client";
import { inWords } from "../api/problem";
import { Button } from "../ui/Button";
import { Suggestions, type Group, type Suggestion } from "../ui/Suggestions";
import { distance } from "./position";
import type { FoundAddress } from "./wire";

/** The addresses around the caller's position, which a call that has none yet begins with. */
export function Around({
  near,
  radius,
  list,
  marks,
  onPick,
  onBack,
}: {
  /** Longitude,latitude. */
  near: string;
  /** How far off that may be, in metres. */
  radius: number | undefined;
  list: RefObject<HTMLDivElement | null>;
  marks: (item: FoundAddress) => ReactNode;
  onPick: (address: string) => void;
  onBack: () => void;
}) {
  const { t } = useTranslation("calltaking");
  const { t: api } = useTranslation("api");
  const around = useQuery({
    queryKey: ["addresses around", near, radius],
    queryFn: ({ signal }) =>
      done(
        client.GET("/api/v1/addresses", {
          params: { query: radius === undefined ? { near } : { near, radius } },
          signal,
        }),
      ),
  });
  const items = around.data?.items ?? [];
  const suggestion = (item: FoundAddress): Suggestion => ({
    id: item.id,
    title: item.label,
    detail: [
      t("around.off", { distance: distance(item.metres ?? 0) }),
      item.kind !== "building" && t(`kind.${item.kind}`),
      item.locality,
    ]
      .filter(Boolean)
      .join(" · "),
    aside: marks(item),
  });
  const reach = { radius: distance(radius ?? 0) };
  const groups: Group[] = [
    {
      id: "within",
      title: radius === undefined ? t("around.title") : t("around.within", reach),
      items: items.filter(({ beyond }) => beyond !== true).map(suggestion),
    },
    {
      id: "beyond",
      title: t("around.beyond", reach),
      items: items.filter(({ beyond }) => beyond === true).map(suggestion),
    },
  ];
  return (
    <>
      <p className={items.length > 0 ? "heard-only" : "muted small"} role="status">
        {around.isPending && t("around.loading")}
        {around.isSuccess &&
          (items.length === 0 ? t("around.none") : t("around.count", { count: items.length }))}
      </p>
      {around.isError && (
        <div className="stack-tight" role="alert">
          <p className="field-error">
            {t("around.failed")} {inWords(around.error, api)}
          </p>
          <Button size="small" icon="sync" onPress={() => void around.refetch()}>
            {t("around.retry")}
          </Button>
        </div>
      )}
      {items.length > 0 && (
        <Suggestions
          label={t("around.title")}
          groups={groups.filter((group) => group.items.length > 0)}
          list={list}
          onPick={onPick}
          onBack={onBack}
        />
      )}
    </>
  );
}
