import "../ui/index.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { inWords, kindOf } from "../api/problem";
import { newQueries } from "../api/queries";
import { signOut, whoAmI, type User } from "../api/session";
import { api } from "../api/texts";
import { startTexts } from "../i18n/start";
import { deviceKeeper, memoryKeeper } from "../live/keeper";
import { Stream } from "../live/stream";
import { StreamContext } from "../live/useStream";
import { Failed, Loading } from "../ui/states";
import { ui } from "../ui/texts";
import type { Desk } from "./desk";
import { DeskHeader } from "./DeskHeader";
import { frame } from "./frame";
import { forgetUser, userAt } from "./session";
import { start } from "./texts";
import { startTheme } from "./theme";
import { UserContext } from "./useUser";

/**
 * Starts a desk: its words, who is signed in, the stream, and the header around
 * the page. The one call in a desk's main.tsx.
 */
export function startDesk(desk: Desk): void {
  startTexts({ ui, api, start, ...desk.alsoSays, [desk.name]: desk.words });
  if (desk.dayAndNight === true) startTheme();
  const show = frame();
  const open = async () => {
    show(<Starting />);
    try {
      const user = await userAt(desk);
      if (user !== null) show(<OpenDesk desk={desk} user={user} {...connect(desk, user)} />);
    } catch (error) {
      show(<NotStarted error={error} onRetry={() => void open()} />);
    }
  };
  void open();
}

type Connected = { stream: Stream; queries: ReturnType<typeof newQueries> };

function connect(desk: Desk, user: User): Connected {
  const address = new URL("/api/v1/stream", location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  const stream = new Stream({
    url: address.href,
    network: window,
    wholly: desk.keep === "device" ? user.topics : [],
    keeper: desk.keep === "device" ? deviceKeeper(user.id) : memoryKeeper(),
    stillSignedIn: () =>
      whoAmI().then(
        () => true,
        (error: unknown) => kindOf(error) !== "signedOut",
      ),
  });
  // After the page is there: its handlers stand before the first notice can come.
  setTimeout(() => stream.start());
  const queries = newQueries();
  // What could not be asked meanwhile is asked again by itself.
  stream.watchLink(() => {
    if (stream.link.state !== "live") return;
    void queries.invalidateQueries({ predicate: ({ state }) => state.status === "error" });
  });
  return { stream, queries };
}

function OpenDesk({ desk, user, stream, queries }: { desk: Desk; user: User } & Connected) {
  const leave = async () => {
    await signOut();
    stream.stop();
    queries.clear();
    forgetUser();
    await desk.onSignOut?.();
    location.replace("/");
  };
  return (
    <QueryClientProvider client={queries}>
      <StreamContext value={stream}>
        <UserContext value={user}>
          <DeskHeader desk={desk} user={user} onSignOut={leave} />
          {desk.page}
        </UserContext>
      </StreamContext>
    </QueryClientProvider>
  );
}

function Starting() {
  const { t } = useTranslation("start");
  return (
    <main className="page page-narrow">
      <Loading label={t("starting")} />
    </main>
  );
}

const retryEvery = 5000; // ms

function NotStarted({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation("api");
  const mayPass = ["unreachable", "unavailable"].includes(kindOf(error));
  useEffect(() => {
    if (!mayPass) return;
    const again = setTimeout(onRetry, retryEvery);
    return () => clearTimeout(again);
  }, [mayPass, onRetry]);
  return (
    <main className="page page-narrow">
      <Failed words={inWords(error, t)} onRetry={onRetry} />
    </main>
  );
}
