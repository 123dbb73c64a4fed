import { texts } from "../i18n/texts";

export const district = texts({
  en: { title: "District" },
  et: { title: "Piirkond" },
});
