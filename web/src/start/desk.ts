import type { ReactNode } from "react";
import type { Language } from "../i18n/language";
import type { Words } from "../i18n/texts";

export type DeskName = "calltaking" | "tablet" | "district" | "supervision" | "authoring";

export type Desk = {
  /** Also the folder, the address and the namespace of its words. */
  name: DeskName;
  words: Record<Language, Words>;
  /** The words of the shared folders that it uses, by folder. */
  alsoSays?: Record<string, Record<Language, Words>>;
  page: ReactNode;
  /** Where the stream's place and unsent sayings live. A desk in the office needs memory only. */
  keep: "memory" | "device";
  /** By day and by night, with a switch in the header; else the desk theme. */
  dayAndNight?: boolean;
  /** Removes the personal data that the desk keeps on the device. Runs at sign-out. */
  onSignOut?: () => Promise<void>;
};
