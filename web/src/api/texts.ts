import { texts } from "../i18n/texts";

export const api = texts({
  en: {
    unreachable: "The service cannot be reached. Nothing was changed; try again.",
    invalid: "Something here cannot be accepted. See the fields below.",
    signedOut: "You are signed out. Sign in again; your work is kept on this device.",
    forbidden: "Your role does not allow this.",
    notFound: "There is no such record, or it is not yours to see.",
    conflict: "Someone changed this first. Reload to see how it stands now, then decide again.",
    tooLarge: "This is too long to be sent. Shorten it.",
    tooMany: "Too many tries. Wait a moment, then try again.",
    unavailable: "A part of the service is away, and this could not be done. Try again in a few seconds.",
    internal: "The fault is ours. It has been logged; try again, or tell your supervisor.",
  },
  et: {
    unreachable: "Teenusega ei saa ühendust. Midagi ei muudetud; proovi uuesti.",
    invalid: "Midagi siin ei sobi. Vaata väljad üle.",
    signedOut: "Oled välja logitud. Logi uuesti sisse; sinu töö on selles seadmes alles.",
    forbidden: "Sinu roll seda ei luba.",
    notFound: "Sellist kirjet ei ole või pole sul õigust seda näha.",
    conflict: "Keegi jõudis seda enne muuta. Laadi uuesti, vaata praegust seisu ja otsusta siis.",
    tooLarge: "See on saatmiseks liiga pikk. Lühenda seda.",
    tooMany: "Liiga palju katseid. Oota hetk ja proovi uuesti.",
    unavailable: "Osa teenusest ei tööta ja seda ei saanud teha. Proovi mõne sekundi pärast uuesti.",
    internal: "Viga on meie poolel ja see on kirja pandud. Proovi uuesti või teata vahetuse vanemale.",
  },
});
