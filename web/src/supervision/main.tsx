import { delivery } from "../delivery/texts";
import { startDesk } from "../start/startDesk";
import { SupervisionPage } from "./SupervisionPage";
import "./supervision.css";
import { supervision } from "./texts";

startDesk({
  name: "supervision",
  words: supervision,
  alsoSays: { delivery },
  page: <SupervisionPage />,
  keep: "memory",
});
