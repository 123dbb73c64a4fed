import { texts } from "../i18n/texts";

export const tablet = texts({
  en: { title: "Briefing" },
  et: { title: "Infoleht" },
});
