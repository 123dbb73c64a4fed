import { createContext, useContext } from "react";
import type { User } from "../api/session";

export const UserContext = createContext<User | null>(null);

/** Who is signed in at this desk. */
export function useUser(): User {
  const user = useContext(UserContext);
  if (user === null) throw new Error("no user on this page: start it with startDesk");
  return user;
}
