import type { Schemas } from "../api/client";

export type Call = Schemas["Call"];
export type Change = Schemas["ChangeCallBody"];
export type Person = Schemas["Person"];
export type Script = Schemas["Script"];
export type Question = Schemas["ScriptQuestion"];
export type Walk = Schemas["Walk"];
export type Incident = Schemas["Incident"];
export type IncidentDetail = Schemas["IncidentDetail"];
export type Recommended = Schemas["UnitRecommended"];
export type History = Schemas["PremiseHistory"];
export type Assessment = Schemas["RiskAssessment"];
export type Flag = Schemas["RiskFlag"];
export type Feedback = Schemas["OutcomeFeedback"];
export type FoundAddress = Schemas["FoundAddress"];

/** By question code; a question without an entry was not asked. */
export type Answers = Record<string, Schemas["Answer"]>;

/** A desk must notice this now. */
export type Alert = {
  kind: "delivery_late" | "taken_over" | "incident_raised" | "record_written" | "disagreement";
  incident_id: string;
  call_sign?: string;
  briefing_id?: string;
  revision?: number;
  unit_id?: string;
  sent_at?: string;
  by?: string;
};
