import type { Schemas } from "../api/client";

export type Delivery = Schemas["BriefingDelivery"];
export type Escalation = Schemas["BriefingEscalation"];
export type Assignment = Schemas["UnitAssignment"];
export type Deadlines = Schemas["Deadlines"];
