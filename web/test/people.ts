/** The demo world's sign-ins, as `doorstep demo` makes and prints them. All are invented. */
export const people = {
  callTaker: { username: "calltaker1", desk: "/calltaking" },
  officer: { username: "patrol1", desk: "/tablet" },
  otherOfficer: { username: "patrol3", desk: "/tablet" },
  administrator: { username: "admin", desk: "/district" },
  districtOfficer: { username: "district1", desk: "/district" },
} as const;

export const password = "doorstep-demo";

export type Person = keyof typeof people;
