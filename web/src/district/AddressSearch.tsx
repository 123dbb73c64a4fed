import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { client, done } from "../api/client";
import { ComboBox } from "../ui/ComboBox";
import type { Suggestion } from "../ui/Suggestions";

/** Finds an address of the gazetteer while a person types. */
export function AddressSearch({ label, onPick }: { label: string; onPick: (picked: Suggestion) => void }) {
  const [text, setText] = useState("");
  const wanted = text.trim();
  const found = useQuery({
    queryKey: ["addresses", wanted],
    queryFn: ({ signal }) =>
      done(client.GET("/api/v1/addresses", { params: { query: { q: wanted } }, signal })),
    enabled: wanted.length > 1,
  });
  return (
    <ComboBox
      label={label}
      text={text}
      onText={setText}
      searching={found.isFetching}
      suggestions={(found.data?.items ?? []).map((item) => ({
        id: item.id,
        title: item.label,
        detail: item.former_label === undefined ? item.locality : `${item.locality} · ${item.former_label}`,
      }))}
      onPick={(picked) => {
        setText("");
        onPick(picked);
      }}
    />
  );
}
