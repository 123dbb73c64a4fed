import { useTranslation } from "react-i18next";
import type { Joints } from "./conditions";

export function useJoints(): Joints {
  const { t } = useTranslation("authoring");
  return {
    all: t("joint.all"),
    any: t("joint.any"),
    not: t("joint.not"),
    asked: t("joint.asked"),
    notAsked: t("joint.notAsked"),
  };
}
