import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { client, done } from "../api/client";
import { inWords } from "../api/problem";
import { clockTime } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";
import { useUser } from "../start/useUser";
import { useAnnounce } from "../ui/Announcer";
import { Button } from "../ui/Button";
import { Tag } from "../ui/Tag";
import type { TakenOver } from "./wire";

/** Who has taken an incident over, and the button to become that one. */
export function TakeOver({
  incident: id,
  number,
  taken,
  onTaken,
}: {
  incident: string;
  number: string;
  taken: TakenOver | undefined;
  onTaken: () => void;
}) {
  const { t } = useTranslation("supervision");
  const { t: api } = useTranslation("api");
  const { t: delivery } = useTranslation("delivery");
  const { language } = useLanguage();
  const { display_name: me } = useUser();
  const announce = useAnnounce();
  const take = useMutation({
    mutationFn: () => done(client.POST("/api/v1/incidents/{id}/take_over", { params: { path: { id } } })),
    onSuccess: onTaken,
    onError: (error) => announce(inWords(error, api), "critical"),
  });
  return (
    <div className="row">
      {taken !== undefined && (
        <Tag severity="info" icon="person">
          {delivery("takenOver", { by: taken.by, time: clockTime(new Date(taken.at), language) })}
        </Tag>
      )}
      {taken?.by !== me && (
        <Button size="small" isPending={take.isPending} onPress={() => take.mutate()}>
          {t("takeOver")}
          <span className="heard-only"> {number}</span>
        </Button>
      )}
    </div>
  );
}
