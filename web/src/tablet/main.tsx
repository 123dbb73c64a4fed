import { startDesk } from "../start/startDesk";
import { forgetDrafts } from "./Sheet";
import { TabletPage } from "./TabletPage";
import "./tablet.css";
import { tablet } from "./texts";
import { forgetWork } from "./work";

startDesk({
  name: "tablet",
  words: tablet,
  page: <TabletPage />,
  keep: "device",
  dayAndNight: true,
  onSignOut: () => {
    forgetDrafts();
    return forgetWork();
  },
});
