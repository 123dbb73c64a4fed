import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import { useLanguage } from "../i18n/useLanguage";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Dialog } from "../ui/Dialog";
import { QrCode } from "../ui/QrCode";

type Contact = Schemas["BriefingContact"];

/** Numbers for the victim's hand: large, to scan, and quickly hidden when the other party comes near. */
export function Contacts({ contacts }: { contacts: readonly Contact[] }) {
  const { t } = useTranslation("tablet");
  const { said } = useLanguage();
  const [open, setOpen] = useState<Contact | null>(null);
  return (
    <Card title={t("contacts.title")}>
      <div className="stack">
        {contacts.map((contact) => (
          <Button key={contact.code} size="touch" icon="phone" wide onPress={() => setOpen(contact)}>
            {said(contact.name)} · {contact.phone}
          </Button>
        ))}
      </div>
      <Dialog
        title={open === null ? "" : said(open.name)}
        isOpen={open !== null}
        onClose={() => setOpen(null)}
        actions={
          <Button variant="primary" size="touch" icon="close" onPress={() => setOpen(null)}>
            {t("contacts.hide")}
          </Button>
        }
      >
        {open !== null && (
          <div className="tablet-contact">
            <QrCode
              text={`tel:${open.phone.replaceAll(" ", "")}`}
              label={t("contacts.scan", { phone: open.phone })}
              size={260}
            />
            <p className="tablet-number">{open.phone}</p>
            <p>{said(open.hours)}</p>
            <p className="muted">
              {open.verified_on === undefined
                ? t("contacts.unconfirmed")
                : t("contacts.confirmed", { date: open.verified_on })}
            </p>
          </div>
        )}
      </Dialog>
    </Card>
  );
}
