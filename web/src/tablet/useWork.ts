import { useQuery, useQueryClient } from "@tanstack/react-query";
import { client, done } from "../api/client";
import { useNotice } from "../live/useStream";
import { chime } from "./chime";
import {
  dropWork,
  keepRead,
  keepStatus,
  storeWork,
  withNewest,
  workOnDevice,
  type Assignment,
  type Briefing,
  type Work,
} from "./work";

/** What the unit is sent to: from the server, from the stream, and kept on the device for when there is neither. */
export function useWork() {
  const queries = useQueryClient();
  const work = useQuery({
    queryKey: ["work"],
    queryFn: async () => {
      const before = await workOnDevice();
      try {
        await load(before.map(({ assignment }) => assignment.id));
      } catch (error) {
        if (before.length === 0) throw error;
      }
      return workOnDevice();
    },
    networkMode: "always",
    retry: false,
  });
  const reload = () => queries.invalidateQueries({ queryKey: ["work"] });
  const show = async (assignment: string) => {
    const before = queries.getQueryData<Work[]>(["work"]);
    const now = before === undefined ? await workOnDevice() : await withNewest(before, assignment);
    // Something else may have been stored meanwhile.
    const same = queries.getQueryData(["work"]) === before;
    queries.setQueryData(["work"], same ? now : await workOnDevice());
  };
  // The acknowledgement waits for this promise: it is sent when the device has stored the revision.
  useNotice<Briefing & { assignment: Assignment }>("briefing", async ({ at, body }) => {
    const { assignment, ...briefing } = body;
    const news = await storeWork({ assignment, briefing, heardAt: at, read: 0 });
    await show(assignment.id);
    if (news) chime();
  });
  useNotice("resync", reload);
  const markRead = async (assignment: string, revision: number) => {
    await keepRead(assignment, revision);
    await show(assignment);
  };
  const markStatus = async (assignment: string, status: Assignment["status"]) => {
    await keepStatus(assignment, status);
    await show(assignment);
  };
  /** The server did not take what the crew said: its own word counts again. */
  const unsay = async (assignment: string) => {
    await keepStatus(assignment, "assigned");
    await reload();
  };
  return { work, markRead, markStatus, unsay, reload };
}

/** Takes over what the server lists. What came by the stream meanwhile is not in `known` and stays. */
async function load(known: readonly string[]): Promise<void> {
  const { items, as_of } = await done(client.GET("/api/v1/units/mine/work"));
  for (const { assignment, briefing, delivery } of items) {
    const read = delivery.read_at === undefined ? 0 : briefing.revision;
    await storeWork({ assignment, briefing, heardAt: as_of, read });
  }
  const listed = new Set(items.map(({ assignment }) => assignment.id));
  await dropWork(known.filter((id) => !listed.has(id)));
}

export function addressOf(briefing: Briefing): string {
  return briefing.address?.label ?? "—";
}
