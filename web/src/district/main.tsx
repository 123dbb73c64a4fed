import { startDesk } from "../start/startDesk";
import { DistrictPage } from "./DistrictPage";
import "./district.css";
import { forgetDrafts } from "./draft";
import { district } from "./texts";

startDesk({
  name: "district",
  words: district,
  page: <DistrictPage />,
  keep: "memory",
  onSignOut: forgetDrafts,
});
