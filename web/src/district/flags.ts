import type { Severity } from "../ui/Tag";

/**
 * The flags by the codes that the wire carries for a past incident. The rules of
 * the centre hold the same words; flags.test.ts keeps both the same.
 */
export const flags: Record<string, { severity: Severity; text: { et: string; en: string } }> = {
  serious_injury: { severity: "critical", text: { et: "Raskelt vigastatu", en: "Serious injury" } },
  child_in_danger: {
    severity: "critical",
    text: { et: "Laps on viga saanud või ohus", en: "A child is hurt or in danger" },
  },
  strangulation: { severity: "critical", text: { et: "Kägistamine", en: "Strangulation" } },
  threat_to_kill: { severity: "critical", text: { et: "Ähvardanud tappa", en: "Threatened to kill" } },
  fear_of_death: {
    severity: "critical",
    text: { et: "Ohver kardab oma elu pärast", en: "Victim fears being killed" },
  },
  weapon: { severity: "critical", text: { et: "Relv", en: "Weapon" } },
  firearm: { severity: "critical", text: { et: "Tulirelv käepärast", en: "Access to a firearm" } },
  violence_now: { severity: "high", text: { et: "Vägivald selles kõnes", en: "Violence in this call" } },
  injury: { severity: "high", text: { et: "Keegi on viga saanud", en: "Someone is hurt" } },
  suspect_present: { severity: "high", text: { et: "Vägivallatseja on kohal", en: "Suspect is there" } },
  no_safe_place: {
    severity: "high",
    text: { et: "Ohver ei pääse ohutusse kohta", en: "Victim cannot get to safety" },
  },
  locked_in: {
    severity: "high",
    text: { et: "Ei lasta välja või helistada", en: "Kept from leaving or calling" },
  },
  caller_cannot_speak: {
    severity: "high",
    text: { et: "Helistaja ei saa vabalt rääkida", en: "Caller cannot speak freely" },
  },
  line_cut: { severity: "high", text: { et: "Kõne katkes", en: "Call was cut off" } },
  threats: { severity: "high", text: { et: "Ähvardused", en: "Threats" } },
  sexual_violence: { severity: "high", text: { et: "Seksuaalvägivald", en: "Sexual violence" } },
  separation: {
    severity: "high",
    text: { et: "Lahkuminek alla aasta või kavas", en: "Separation within a year, or planned" },
  },
  pregnancy: { severity: "high", text: { et: "Rase või imikuga", en: "Pregnant, or with a baby" } },
  stalking: { severity: "high", text: { et: "Jälitamine", en: "Stalking" } },
  digital_surveillance: {
    severity: "high",
    text: { et: "Telefoni, kontode või asukoha jälgimine", en: "Phone, accounts or location watched" },
  },
  economic_violence: {
    severity: "caution",
    text: { et: "Raha või dokumentide äravõtmine", en: "Money or documents taken" },
  },
  honour_based: { severity: "high", text: { et: "Ähvardused au pärast", en: "Threats over honour" } },
  coercive_control: {
    severity: "high",
    text: { et: "Kontrollimine, armukadedus", en: "Coercive control, jealousy" },
  },
  protection_order: { severity: "high", text: { et: "Kehtib keeld", en: "Order in force" } },
  order_breach: { severity: "high", text: { et: "Keelu rikkumine", en: "Breach of an order" } },
  repeat_incidents: {
    severity: "high",
    text: {
      et: "Kolm või enam lähisuhtevägivalla juhtumit 12 kuuga",
      en: "Three or more DV incidents in 12 months",
    },
  },
  escalation: {
    severity: "high",
    text: { et: "Läheb hullemaks või sagedamaks", en: "Getting worse or more often" },
  },
  child_violence: { severity: "high", text: { et: "Vägivald laste vastu", en: "Violence against children" } },
  suicide_threat: { severity: "high", text: { et: "Ähvardanud enesetapuga", en: "Threatened suicide" } },
  officer_safety: { severity: "high", text: { et: "Oht politseile", en: "Danger to officers" } },
  abuse_named: {
    severity: "caution",
    text: { et: "Vägivald või kontroll on nimetatud", en: "Violence or control is named" },
  },
  children_present: { severity: "caution", text: { et: "Lapsed on kohal", en: "Children are there" } },
  intoxicated: {
    severity: "caution",
    text: { et: "Vägivallatseja on joobes", en: "Suspect is drunk or on drugs" },
  },
  substance_problem: {
    severity: "caution",
    text: { et: "Alkoholi-, narko- või vaimse tervise mure", en: "Drink, drug or mental health problem" },
  },
  animal_violence: {
    severity: "caution",
    text: { et: "Vägivald loomade vastu", en: "Violence against animals" },
  },
  earlier_violence: {
    severity: "caution",
    text: { et: "Varasem vägivald, helistaja sõnul", en: "Earlier violence, the caller says" },
  },
  dv_history: {
    severity: "caution",
    text: { et: "Aadressil on varasemaid lähisuhtevägivalla juhtumeid", en: "DV on record at this address" },
  },
  person_history: {
    severity: "caution",
    text: { et: "Samad inimesed, varasem vägivald", en: "DV on record of these persons" },
  },
  contradiction: {
    severity: "caution",
    text: {
      et: "Vastus ja andmed lähevad lahku",
      en: "An answer and the records disagree",
    },
  },
  vulnerable_person: {
    severity: "caution",
    text: {
      et: "Keegi vajab abi liikumisel, kuulmisel või mõistmisel",
      en: "Someone needs help to move, hear or understand",
    },
  },
  no_callback: {
    severity: "caution",
    text: { et: "Tagasi helistada ei ole ohutu", en: "Calling back is not safe" },
  },
  caller_is_suspect: {
    severity: "caution",
    text: { et: "Helistaja võib ise olla vägivallatseja", en: "The caller may be the suspect" },
  },
  dog: { severity: "caution", text: { et: "Koer", en: "Dog" } },
  interpreter_needed: { severity: "info", text: { et: "Vaja on tõlki", en: "Interpreter needed" } },
  history_not_searched: {
    severity: "info",
    text: { et: "Ajalugu ei ole otsitud", en: "History was not searched" },
  },
};

/** Worst first. A code that a newer server adds is left out of no list: it is shown as it is. */
export function worstFirst(codes: readonly string[]): string[] {
  const place = (code: string) => order.indexOf(flags[code]?.severity ?? "neutral");
  return [...codes].sort((a, b) => place(a) - place(b) || a.localeCompare(b));
}

const order: Severity[] = ["critical", "high", "caution", "info", "good", "neutral"];
