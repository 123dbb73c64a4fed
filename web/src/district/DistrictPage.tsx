import { useTranslation } from "react-i18next";
import { useSearchParam } from "../start/useSearchParam";
import { useUser } from "../start/useUser";
import { Button } from "../ui/Button";
import { AddressSearch } from "./AddressSearch";
import { AddressView } from "./AddressView";
import { Alerts } from "./Alerts";
import { IncidentView } from "./IncidentView";
import { Today } from "./Today";

export function DistrictPage() {
  const { t } = useTranslation("district");
  const user = useUser();
  const [address, setAddress] = useSearchParam("address");
  const [incident, setIncident] = useSearchParam("incident");
  const go = {
    address: (id: string) => {
      setIncident(null);
      setAddress(id);
    },
    incident: (id: string) => {
      setIncident(id);
    },
  };
  const home = () => {
    setIncident(null);
    setAddress(null);
  };
  if (user.district_code === undefined) return <NoDistrict />;
  return (
    <main className="page">
      <div className="row-spread district-head">
        <div className="row">
          <h1 className="title">{t("title", { district: user.district_code })}</h1>
          {(address !== null || incident !== null) && (
            <Button size="small" onPress={home}>
              {t("today")}
            </Button>
          )}
        </div>
        <div className="district-search">
          <AddressSearch label={t("search")} onPick={({ id }) => go.address(id)} />
        </div>
      </div>
      <Alerts shown={incident} go={go} />
      {incident !== null ? (
        <IncidentView key={incident} id={incident} go={go} />
      ) : address !== null ? (
        <AddressView key={address} id={address} go={go} />
      ) : (
        <Today go={go} />
      )}
    </main>
  );
}

/** An account that waits for its district may read no case. */
function NoDistrict() {
  const { t } = useTranslation("district");
  return (
    <main className="page page-narrow">
      <section className="card card-body stack-tight">
        <h1 className="title">{t("noDistrict")}</h1>
        <p className="muted">{t("noDistrictHelp")}</p>
      </section>
    </main>
  );
}
