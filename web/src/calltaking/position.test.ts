import { expect, test } from "vitest";
import { distance, readPosition, writePosition } from "./position";

const at = (longitude: number, latitude: number) => ({
  type: "Point" as const,
  coordinates: [longitude, latitude],
});

test.each([
  ["58.3856, 24.4971", { location: at(24.4971, 58.3856) }],
  ["58.3856,24.4971", { location: at(24.4971, 58.3856) }],
  ["58.3856 24.4971 60", { location: at(24.4971, 58.3856), location_radius: 60 }],
  ["58.3856, 24.4971 ± 12.5 m", { location: at(24.4971, 58.3856), location_radius: 12.5 }],
  ["58.3856, 24.4971, 60 m", { location: at(24.4971, 58.3856), location_radius: 60 }],
  ["58,3856; 24,4971", { location: at(24.4971, 58.3856) }],
  ["58.3856° N, 24.4971° E", { location: at(24.4971, 58.3856) }],
  ["33.5 S 70.25 w +/-900m", { location: at(-70.25, -33.5), location_radius: 900 }],
])("%s is read, latitude first", (text, position) => {
  expect(readPosition(text)).toEqual(position);
});

test.each([
  "",
  "Kase tn 12",
  "58.3856",
  "98.3, 24.4",
  "58.3, 190",
  "58.3, 24.4 ± 0 m",
  "58.3, 24.4 ± 900000 m",
])("%s is no position", (text) => {
  expect(readPosition(text)).toBeNull();
});

test("what is written is read back", () => {
  const position = { location: at(24.4971, -58.3856), location_radius: 60 };
  expect(writePosition(position)).toBe("-58.38560, 24.49710 ± 60 m");
  expect(readPosition(writePosition(position))).toEqual(position);
  expect(writePosition({})).toBe("");
});

test("a distance is said in metres, then in kilometres", () => {
  expect([12.4, 999, 2480].map(distance)).toEqual(["12 m", "999 m", "2.5 km"]);
});
