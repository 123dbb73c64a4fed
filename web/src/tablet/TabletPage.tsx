import { useTranslation } from "react-i18next";
import { Loading } from "../ui/states";

export function TabletPage() {
  const { t } = useTranslation("tablet");
  return (
    <main className="page">
      <h1 className="title">{t("title")}</h1>
      <Loading />
    </main>
  );
}
