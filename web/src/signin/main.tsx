import "../ui/index.css";
import { whoAmI, deskOf } from "../api/session";
import { api } from "../api/texts";
import { startTexts } from "../i18n/start";
import { frame } from "../start/frame";
import { start } from "../start/texts";
import { ui } from "../ui/texts";
import "./signin.css";
import { SignInPage } from "./SignInPage";
import { signin } from "./texts";

startTexts({ ui, api, start, signin });
frame()(<SignInPage />);

// Whoever is signed in already goes on to the desk; for the rest the form is there.
whoAmI().then(
  (user) => location.replace(deskOf(user.role)),
  () => undefined,
);
