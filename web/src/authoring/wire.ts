import type { Schemas } from "../api/client";

export type Version = Schemas["ScriptVersion"];
export type Versions = Schemas["ScriptVersions"];
export type Examined = Schemas["ScriptExamined"];
export type Difference = Schemas["ScriptDifference"];
export type Advice = Schemas["ScriptAdvice"];

/** How a version is named in the address bar and in words: dv@3. */
export const nameOf = ({ code, version }: Pick<Version, "code" | "version">) => `${code}@${version}`;
