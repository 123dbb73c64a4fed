import { startDesk } from "../start/startDesk";
import "./authoring.css";
import { AuthoringPage } from "./AuthoringPage";
import { authoring } from "./texts";

startDesk({ name: "authoring", words: authoring, page: <AuthoringPage />, keep: "memory" });
