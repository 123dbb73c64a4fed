/** The demo world's sign-ins, as `doorstep demo` makes and prints them. All are invented. */
// A unit that was sent is not free for the next test: each test that sends one has
// its own, and N-104 is the nearest of the covert call.
export const people = {
  callTaker: { username: "calltaker1", desk: "/calltaking" },
  officer: { username: "patrol1", desk: "/tablet" },
  otherOfficer: { username: "patrol3", desk: "/tablet" },
  officerOf103: { username: "patrol5", desk: "/tablet" },
  officerOf106: { username: "patrol11", desk: "/tablet" },
  officerOf105: { username: "patrol9", desk: "/tablet" },
  partnerOf105: { username: "patrol10", desk: "/tablet" },
  supervisor: { username: "supervisor1", desk: "/supervision" },
  administrator: { username: "admin", desk: "/authoring" },
  secondAdministrator: { username: "admin2", desk: "/authoring" },
  districtOfficer: { username: "district1", desk: "/district" },
} as const;

export const password = "doorstep-demo";

export type Person = keyof typeof people;
