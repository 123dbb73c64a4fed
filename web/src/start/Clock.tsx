import { useEffect, useState } from "react";
import { clockTime } from "../i18n/time";
import { useLanguage } from "../i18n/useLanguage";

export function Clock() {
  const { language } = useLanguage();
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const tick = setInterval(() => setNow(new Date()), 1000);
    return () => clearInterval(tick);
  }, []);
  return (
    <time className="desk-header-clock" role="timer" aria-live="off">
      {clockTime(now, language, "seconds")}
    </time>
  );
}
