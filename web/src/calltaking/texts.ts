import { texts } from "../i18n/texts";

export const calltaking = texts({
  en: { title: "Call taking" },
  et: { title: "Kõne vastuvõtt" },
});
