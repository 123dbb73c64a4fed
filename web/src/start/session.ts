import { kindOf } from "../api/problem";
import { deskOf, whoAmI, type User } from "../api/session";
import type { Desk } from "./desk";

const kept = "doorstep.user";

/**
 * Who works at this desk; null when the browser is on its way to another page.
 * A desk that keeps its work on the device opens without a line too, for the
 * person who was last signed in there.
 */
export async function userAt(desk: Desk): Promise<User | null> {
  try {
    const user = await whoAmI();
    if (deskOf(user.role) !== `/${desk.name}`) return go(deskOf(user.role));
    if (desk.keep === "device") localStorage.setItem(kept, JSON.stringify(user));
    return user;
  } catch (error) {
    const kind = kindOf(error);
    if (kind === "signedOut") return go("/");
    const last = localStorage.getItem(kept);
    const away = kind === "unreachable" || kind === "unavailable";
    if (away && desk.keep === "device" && last !== null) return JSON.parse(last) as User;
    throw error;
  }
}

export function forgetUser(): void {
  localStorage.removeItem(kept);
}

function go(address: string): null {
  location.replace(address);
  return null;
}
