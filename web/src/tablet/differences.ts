import type { Sheet } from "./work";

const fields = [
  "heard_separately",
  "not_separately_why",
  "summary",
  "crew_class",
  "disagreement_reason",
  "risk_level",
  "children_present",
  "injuries",
  "victim_support",
  "safe_contact",
] as const satisfies readonly (keyof Sheet)[];

export type Difference = {
  name: (typeof fields)[number];
  mine: string | undefined;
  theirs: string | undefined;
};

/** What two versions of a sheet say differently, in the order of the sheet. An empty text is as good as none. */
export function differences(mine: Partial<Sheet>, theirs: Partial<Sheet>): Difference[] {
  return fields
    .map((name) => ({ name, mine: mine[name], theirs: theirs[name] }))
    .filter((field) => (field.mine ?? "") !== (field.theirs ?? ""));
}
