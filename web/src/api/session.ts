import { client, done, type Schemas } from "./client";

export type User = Schemas["User"];
export type Role = User["role"];

/** Who is signed in. Throws Refused (401) when nobody is. */
export async function whoAmI(): Promise<User> {
  return (await done(client.GET("/api/v1/session"))).user;
}

export async function signIn(username: string, password: string, otp: string): Promise<User> {
  const body = { username, password, ...(otp !== "" && { otp }) };
  return (await done(client.POST("/api/v1/session", { body }))).user;
}

export async function signOut(): Promise<void> {
  await done(client.DELETE("/api/v1/session"));
}

/** The page where a role works. */
export function deskOf(role: Role): string {
  switch (role) {
    case "call_taker":
      return "/calltaking";
    case "shift_supervisor":
      return "/supervision";
    case "patrol_officer":
      return "/tablet";
    case "district_officer":
      return "/district";
    case "administrator":
      return "/authoring";
  }
}
