import { delivery } from "../delivery/texts";
import { startDesk } from "../start/startDesk";
import { CallTakingPage } from "./CallTakingPage";
import "./calltaking.css";
import { calltaking } from "./texts";
import { forgetUnsaved } from "./unsaved";

startDesk({
  name: "calltaking",
  words: calltaking,
  alsoSays: { delivery },
  page: <CallTakingPage />,
  keep: "memory",
  onSignOut: () => {
    forgetUnsaved();
    return Promise.resolve();
  },
});
