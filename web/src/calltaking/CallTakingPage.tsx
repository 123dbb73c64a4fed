import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParam } from "../start/useSearchParam";
import { useKeys } from "../ui/useKeys";
import { CallDesk } from "./CallDesk";
import { FeedbackButton } from "./Feedback";
import { KeyHelp } from "./KeyHelp";
import { StartView } from "./StartView";
import { Button } from "../ui/Button";

/** The call taker's desk: a call, or the start. The address bar says which. */
export function CallTakingPage() {
  const { t } = useTranslation("calltaking");
  const [call, setCall] = useSearchParam("call");
  const [help, setHelp] = useState(false);
  useKeys({ "?": () => setHelp(true) });
  const tools = (
    <>
      <FeedbackButton />
      <Button variant="quiet" hint="?" aria-keyshortcuts="?" onPress={() => setHelp(true)}>
        {t("keys.open")}
      </Button>
    </>
  );
  return (
    <main className="page ct-page">
      {call === null ? (
        <StartView onOpen={setCall} tools={tools} />
      ) : (
        <CallDesk key={call} id={call} onLeave={() => setCall(null)} tools={tools} />
      )}
      <KeyHelp isOpen={help} onClose={() => setHelp(false)} />
    </main>
  );
}
