import { useTranslation } from "react-i18next";
import { Brand } from "../start/Brand";
import { LanguageSwitch } from "../start/LanguageSwitch";
import { SignInForm } from "./SignInForm";

export function SignInPage() {
  const { t } = useTranslation("signin");
  return (
    <div className="signin">
      <header className="signin-side">
        <Brand size={30} />
        <div className="signin-words">
          <p className="signin-promise">{t("promise")}</p>
          <p className="signin-more">{t("promiseMore")}</p>
        </div>
        <Door />
      </header>
      <main className="signin-main">
        <div className="signin-language">
          <LanguageSwitch />
        </div>
        <div className="signin-form">
          <h1 className="title-large">{t("title")}</h1>
          <SignInForm />
          <p className="signin-recorded">{t("recorded")}</p>
        </div>
      </main>
    </div>
  );
}

/** A door ajar with light on the step: decoration only. */
function Door() {
  return (
    <svg className="signin-door" viewBox="0 0 360 300" aria-hidden="true">
      <path className="signin-door-glow" d="M150 262 60 300h250l-70-38z" />
      <path className="signin-door-gap" d="M150 40h90v222h-90z" />
      <path className="signin-door-leaf" d="M150 40 206 58v190l-56 14z" />
      <path className="signin-door-frame" d="M144 262V34h102v228" />
      <path className="signin-door-step" d="M96 264h198" />
      <circle className="signin-door-knob" cx="195" cy="156" r="4" />
    </svg>
  );
}
