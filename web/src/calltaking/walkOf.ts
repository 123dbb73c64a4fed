import { walk, type Facts, type Mode } from "../script/walk";
import type { Answers, Call, History, Script, Walk } from "./wire";

/** The walk of a call as it is shown here, with answers that the server does not have yet. */
export function walkOf(script: Script, call: Call, answers: Answers): Walk {
  const values = Object.fromEntries(Object.entries(answers).map(([code, { value }]) => [code, value]));
  const typed = call.channel === "text" || call.channel === "app";
  const mode: Mode = {
    speech: call.covert || call.channel === "silent" ? "covert" : typed ? "text" : "voice",
    ...(call.caller_role && { caller: call.caller_role }),
  };
  return walk(script, values, factsOf(call.history), mode);
}

function factsOf({ counts, cautions, entries, searched, searched_persons }: History): Facts {
  const warned = (kind: string) => cautions.some((caution) => caution.kind === kind);
  return {
    searched_premise: searched,
    searched_persons,
    incidents_12m: counts.incidents_12m,
    dv_incidents_30d: counts.dv_30d,
    dv_incidents_12m: counts.dv_12m,
    dv_incidents_ever: counts.dv_ever,
    person_dv_incidents_ever: counts.persons_dv_ever,
    protection_order: warned("protection_order"),
    firearm_on_record: warned("firearm"),
    recent: entries,
  };
}
