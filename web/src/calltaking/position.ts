import type { Call, Change } from "./wire";

type Position = Required<Pick<Change, "location">> & Pick<Change, "location_radius">;

const degrees = String.raw`([+-]?\d{1,3}(?:\.\d+)?)\s*°?\s*`;
const written = new RegExp(
  String.raw`^${degrees}([NS])?[\s,;]+${degrees}([EW])?(?:[\s,;]*(?:±|\+/-|\s)\s*(\d+(?:\.\d+)?)\s*m?)?$`,
  "i",
);

/**
 * A position as telephones and maps write it, latitude first, with how many
 * metres off it may be: "58.3856, 24.4971 ± 60 m". Null when it is none.
 */
export function readPosition(text: string): Position | null {
  // Where no point stands, a comma between digits is one: 58,3856; 24,4971.
  const points = text.includes(".") ? text : text.replace(/(\d),(\d)/g, "$1.$2");
  const [, north, ns, east, ew, metres] = written.exec(points.trim()) ?? [];
  if (north === undefined || east === undefined) return null;
  const latitude = Number(north) * (ns?.toUpperCase() === "S" ? -1 : 1);
  const longitude = Number(east) * (ew?.toUpperCase() === "W" ? -1 : 1);
  const radius = metres === undefined ? undefined : Number(metres);
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return null;
  if (radius !== undefined && (radius <= 0 || radius > 100_000)) return null;
  return {
    location: { type: "Point", coordinates: [longitude, latitude] },
    ...(radius !== undefined && { location_radius: radius }),
  };
}

/** The same the other way round; empty when nobody knows. */
export function writePosition({
  location,
  location_radius: radius,
}: Pick<Call, "location" | "location_radius">) {
  const [longitude, latitude] = location?.coordinates ?? [];
  if (longitude === undefined || latitude === undefined) return "";
  const off = radius === undefined ? "" : ` ± ${Math.round(radius)} m`;
  return `${latitude.toFixed(5)}, ${longitude.toFixed(5)}${off}`;
}

/** 60 m, 2.5 km. */
export function distance(metres: number): string {
  return metres < 1000 ? `${Math.round(metres)} m` : `${Math.round(metres / 100) / 10} km`;
}
