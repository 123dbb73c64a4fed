import type { Severity } from "../ui/Tag";
import type { Assignment } from "./wire";

export const statusSeverity: Record<Assignment["status"], Severity> = {
  assigned: "caution",
  en_route: "info",
  on_scene: "good",
  cleared: "neutral",
  cancelled: "neutral",
};
