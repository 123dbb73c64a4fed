import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { client, done } from "../api/client";
import { inWords } from "../api/problem";
import { useAnnounce } from "../ui/Announcer";
import { Button } from "../ui/Button";
import type { Delivery } from "./wire";

/** Keeps that the unit was told by radio what this revision says. */
export function ToldByRadio({ delivery, onTold }: { delivery: Delivery; onTold: (told: Delivery) => void }) {
  const { t } = useTranslation("delivery");
  const { t: api } = useTranslation("api");
  const announce = useAnnounce();
  const { incident_id: id, unit_id, revision, call_sign: unit } = delivery;
  const tell = useMutation({
    mutationFn: () =>
      done(
        client.POST("/api/v1/incidents/{id}/deliveries/{unit_id}/{revision}/told_by_radio", {
          params: { path: { id, unit_id, revision } },
        }),
      ),
    onSuccess: onTold,
    onError: (error) => announce(inWords(error, api), "critical"),
  });
  return (
    <Button size="small" icon="phone" isPending={tell.isPending} onPress={() => tell.mutate()}>
      {t("tell")}
      <span className="heard-only">: {t("tellOf", { unit, revision })}</span>
    </Button>
  );
}
