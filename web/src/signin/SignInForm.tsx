import { useState } from "react";
import { useTranslation } from "react-i18next";
import { inWords, kindOf, mistakesOf } from "../api/problem";
import { deskOf, signIn } from "../api/session";
import { Button } from "../ui/Button";
import { ErrorSummary, type Mistake } from "../ui/ErrorSummary";
import { Field } from "../ui/Field";

const fields = ["username", "password", "otp"];

export function SignInForm({
  go = (address: string) => location.assign(address),
}: {
  go?: (address: string) => void;
}) {
  const { t } = useTranslation("signin");
  const { t: api } = useTranslation("api");
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [otp, setOtp] = useState("");
  const [mistakes, setMistakes] = useState<readonly Mistake[]>([]);
  const [busy, setBusy] = useState(false);

  const missing = (): Mistake[] => [
    ...(username.trim() === "" ? [{ field: "username", detail: t("needUsername") }] : []),
    ...(password === "" ? [{ field: "password", detail: t("needPassword") }] : []),
    ...(/^(\d{6})?$/.test(otp.trim()) ? [] : [{ field: "otp", detail: t("badOtp") }]),
  ];
  const refused = (error: unknown): Mistake[] => {
    if (kindOf(error) === "signedOut") return [{ field: "username", detail: t("wrong") }];
    const named = mistakesOf(error).filter(({ field }) => fields.includes(field));
    return named.length > 0 ? named : [{ detail: inWords(error, api) }];
  };
  const submit = async () => {
    const found = missing();
    setMistakes(found);
    if (found.length > 0) return;
    setBusy(true);
    try {
      const user = await signIn(username.trim(), password, otp.trim());
      go(deskOf(user.role));
    } catch (error) {
      setMistakes(refused(error));
      setBusy(false);
    }
  };
  const wrong = (field: string) => mistakes.find((mistake) => mistake.field === field)?.detail;

  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void submit();
      }}
    >
      <ErrorSummary mistakes={mistakes} title={t("failed")} />
      <Field
        id="username"
        label={t("username")}
        autoComplete="username"
        spellCheck="false"
        value={username}
        onChange={setUsername}
        error={wrong("username")}
      />
      <Field
        id="password"
        label={t("password")}
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        error={wrong("password")}
      />
      <Field
        id="otp"
        label={t("otp")}
        help={t("otpHelp")}
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={6}
        value={otp}
        onChange={setOtp}
        error={wrong("otp")}
      />
      <Button type="submit" variant="primary" wide isPending={busy}>
        {t("submit")}
      </Button>
    </form>
  );
}
