import { StrictMode, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { I18nProvider } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { useLanguage } from "../i18n/useLanguage";
import { Announcer } from "../ui/Announcer";
import { Button } from "../ui/Button";
import { Failed } from "../ui/states";
import { Boundary } from "./Boundary";

/** Puts a page on screen, with what every page needs around it. */
export function frame(): (page: ReactNode) => void {
  const place = document.getElementById("root");
  if (place === null) throw new Error("the page has no #root");
  const root = createRoot(place);
  return (page) =>
    root.render(
      <StrictMode>
        <Spoken>
          <Boundary instead={<Broken />}>
            <Announcer>{page}</Announcer>
          </Boundary>
        </Spoken>
      </StrictMode>,
    );
}

function Spoken({ children }: { children: ReactNode }) {
  const { language } = useLanguage();
  return <I18nProvider locale={language === "et" ? "et-EE" : "en-GB"}>{children}</I18nProvider>;
}

function Broken() {
  const { t } = useTranslation("start");
  return (
    <main className="page page-narrow">
      <Failed title={t("broken")} words={t("brokenHelp")} />
      <Button icon="sync" onPress={() => location.reload()}>
        {t("reload")}
      </Button>
    </main>
  );
}
