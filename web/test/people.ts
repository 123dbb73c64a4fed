/** The demo world's sign-ins, as `doorstep demo` makes and prints them. All are invented. */
export const people = {
  callTaker: { username: "calltaker", desk: "/calltaking" },
  officer: { username: "patrol", desk: "/tablet" },
  districtOfficer: { username: "district", desk: "/district" },
} as const;

export const password = "doorstep-demo";

export type Person = keyof typeof people;
