import { startDesk } from "../start/startDesk";
import { CallTakingPage } from "./CallTakingPage";
import "./calltaking.css";
import { calltaking } from "./texts";

startDesk({ name: "calltaking", words: calltaking, page: <CallTakingPage />, keep: "memory" });
