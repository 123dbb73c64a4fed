import type { Difference } from "./wire";

export type Changed = { of: Difference["of"]; code: string; kind: Difference["kind"]; lines: Difference[] };

/** The differences by question and advice, in the server's order; the place stands first. */
export function byPart(lines: readonly Difference[]): Changed[] {
  const parts: Changed[] = [];
  for (const line of lines) {
    const code = line.code ?? "";
    let part = parts.find((each) => each.of === line.of && each.code === code);
    if (part === undefined) {
      part = { of: line.of, code, kind: line.kind, lines: [] };
      parts.push(part);
    }
    part.lines.push(line);
  }
  return parts;
}
