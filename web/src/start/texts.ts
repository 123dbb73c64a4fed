import { texts } from "../i18n/texts";

export const start = texts({
  en: {
    starting: "Starting …",
    language: "Language",
    signOut: "Sign out",
    display: "Display",
    day: "Day",
    night: "Night",
    broken: "This screen has stopped working",
    brokenHelp: "The rest of Doorstep goes on. Reload the page; what the server has confirmed is safe.",
    reload: "Reload",
    refused: "Not accepted by the server: {{detail}}",
    link: {
      live: "Live",
      connecting: "Connecting …",
      resuming: "Reconnecting: last heard {{time}}",
      signedOut: "Signed out: last heard {{time}}",
      refused: "This page is out of date: reload it",
      signIn: "Sign in",
    },
    role: {
      call_taker: "Call taker",
      patrol_officer: "Patrol officer",
      district_officer: "District officer",
      administrator: "Administrator",
    },
    desk: {
      calltaking: "Call taking",
      tablet: "Patrol",
      district: "District",
      authoring: "Scripts",
    },
  },
  et: {
    starting: "Käivitan …",
    language: "Keel",
    signOut: "Logi välja",
    display: "Ekraan",
    day: "Päev",
    night: "Öö",
    broken: "See vaade on peatunud",
    brokenHelp:
      "Ülejäänud Doorstep töötab edasi. Laadi leht uuesti; kõik, mille server on kinnitanud, on alles.",
    reload: "Laadi uuesti",
    refused: "Server ei võtnud vastu: {{detail}}",
    link: {
      live: "Ühendus toimib",
      connecting: "Loon ühendust …",
      resuming: "Taastan ühendust: viimane teade {{time}}",
      signedOut: "Välja logitud: viimane teade {{time}}",
      refused: "See leht on vananenud: laadi uuesti",
      signIn: "Logi sisse",
    },
    role: {
      call_taker: "Päästekorraldaja",
      patrol_officer: "Patrullpolitseinik",
      district_officer: "Piirkonnapolitseinik",
      administrator: "Haldur",
    },
    desk: {
      calltaking: "Kõne vastuvõtt",
      tablet: "Patrull",
      district: "Piirkond",
      authoring: "Küsimustikud",
    },
  },
});
