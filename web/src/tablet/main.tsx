import { startDesk } from "../start/startDesk";
import { keepPage } from "./page";
import { TabletPage } from "./TabletPage";
import "./tablet.css";
import { tablet } from "./texts";
import { forgetAll } from "./work";

startDesk({
  name: "tablet",
  words: tablet,
  page: <TabletPage />,
  keep: "device",
  dayAndNight: true,
  onSignOut: forgetAll,
});
void keepPage();
