import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { client, done, ifMatch } from "../api/client";
import { inWords, kindOf, mistakesOf, Refused, type Mistake } from "../api/problem";
import { useAnnounce } from "../ui/Announcer";
import { keepUnsaved, saved, useUnsaved, waitingOf } from "./unsaved";
import type { Call, Change } from "./wire";

const retryAfter = 1500; // ms
const askPosition = 3000; // ms
const longestWait = 24 * 60 * 60 * 1000; // ms, that the server believes

const load = (id: string) => done(client.GET("/api/v1/calls/{id}", { params: { path: { id } } }));

/** A call: how it stands, and the two things that change it. Everything goes to the server in order. */
export function useCall(id: string) {
  const { t } = useTranslation("calltaking");
  const { t: api } = useTranslation("api");
  const announce = useAnnounce();
  const queries = useQueryClient();
  const query = useQuery({ queryKey: ["call", id], queryFn: () => load(id) });
  const unsaved = useUnsaved(id);
  const [mistakes, setMistakes] = useState<Record<string, string>>({});
  const turn = useRef<Promise<unknown>>(Promise.resolve());
  const inTurn = useCallback(<Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = turn.current.then(work, work);
    turn.current = result.catch(() => undefined);
    return result;
  }, []);
  const keep = useCallback((call: Call) => queries.setQueryData(["call", id], call), [queries, id]);

  /** Resolves to whether it was saved. What is wrong is announced, unless onMistakes shows it at the fields. */
  const change = useCallback(
    (body: Change, onMistakes?: (mistakes: Mistake[]) => void): Promise<boolean> =>
      inTurn(async () => {
        let version = queries.getQueryData<Call>(["call", id])?.version ?? 0;
        for (let tries = 0; ; tries++) {
          try {
            const header = ifMatch(`"${version}"`);
            keep(await done(client.PATCH("/api/v1/calls/{id}", { params: { path: { id }, header }, body })));
            if (tries > 0) announce(t("madeAgain"), "info");
            return true;
          } catch (error) {
            const overtaken = error instanceof Refused && error.status === 412;
            if (!overtaken || tries === 3) {
              const mistakes = mistakesOf(error);
              if (mistakes.length > 0 && onMistakes !== undefined) {
                onMistakes(mistakes);
                return false;
              }
              const details = mistakes.map(({ field, detail }) => `${field} ${detail}`);
              announce([t("notChanged"), inWords(error, api), ...details].join(" "), "critical");
              return false;
            }
            // Someone else changed the call: look how it stands, then make this change on top.
            const now = await load(id);
            keep(now);
            version = now.version;
          }
        }
      }),
    [inTurn, queries, id, keep, announce, t, api],
  );

  /** Sets a flag aside, or without a reason restores it. */
  const overrule = useCallback(
    (flag: string, reason: string | null): Promise<boolean> =>
      inTurn(async () => {
        const path = "/api/v1/calls/{id}/flags/{flag}/overrule";
        const params = { path: { id, flag } };
        try {
          keep(
            await done(
              reason === null
                ? client.DELETE(path, { params })
                : client.PUT(path, { params, body: { reason } }),
            ),
          );
          return true;
        } catch (error) {
          announce([t("notChanged"), inWords(error, api)].join(" "), "critical");
          return false;
        }
      }),
    [inTurn, id, keep, announce, t, api],
  );

  const answer = useCallback(
    (question: string, value: unknown) => {
      setMistakes((known) => Object.fromEntries(Object.entries(known).filter(([code]) => code !== question)));
      keepUnsaved(id, question, value);
    },
    [id],
  );

  // The oldest answer goes first; the next follows when the server has it.
  const [tries, setTries] = useState(0);
  const [trouble, setTrouble] = useState(false);
  const [oldest] = waitingOf(id);
  const sending = oldest === undefined ? null : `${oldest.question} ${oldest.at}`;
  useEffect(() => {
    if (sending === null) return;
    let later: ReturnType<typeof setTimeout> | undefined;
    let left = false;
    void inTurn(async () => {
      const [given] = waitingOf(id);
      if (left || given === undefined || sending !== `${given.question} ${given.at}`) return;
      const { question, value } = given;
      try {
        const params = { path: { id, question } };
        const waited_ms = Math.min(Math.max(Date.now() - Date.parse(given.at), 0), longestWait);
        const body = { value, waited_ms };
        keep(await done(client.PUT("/api/v1/calls/{id}/answers/{question}", { params, body })));
        saved(id, given);
        setTrouble(false);
      } catch (error) {
        if (["unreachable", "unavailable", "signedOut", "tooMany", "internal"].includes(kindOf(error))) {
          setTrouble(true);
          later = setTimeout(() => setTries((count) => count + 1), retryAfter);
          return;
        }
        const detail = mistakesOf(error)[0]?.detail ?? (error instanceof Refused ? error.message : "");
        setMistakes((known) => ({ ...known, [question]: detail || inWords(error, api) }));
        saved(id, given);
      }
    });
    return () => {
      left = true;
      clearTimeout(later);
    };
  }, [sending, tries, id, inTurn, keep, api]);

  // A telephone tells where it is some seconds into the call, and not to this desk.
  const call = query.data;
  const awaitsPosition =
    call !== undefined &&
    call.location === undefined &&
    call.address === undefined &&
    call.closed_at === undefined;
  useEffect(() => {
    if (!awaitsPosition) return;
    const look = async () => {
      if ((await load(id)).location !== undefined) await inTurn(async () => keep(await load(id)));
    };
    // Without a line the page says so already.
    const every = setInterval(() => void look().catch(() => undefined), askPosition);
    return () => clearInterval(every);
  }, [awaitsPosition, id, inTurn, keep]);

  const settled = useCallback(() => inTurn(() => Promise.resolve()), [inTurn]);

  return { query, unsaved, mistakes, trouble, change, overrule, answer, settled };
}
