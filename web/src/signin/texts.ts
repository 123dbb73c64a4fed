import { texts } from "../i18n/texts";

export const signin = texts({
  en: {
    promise: "Know what is behind the door before it opens.",
    promiseMore:
      "Doorstep carries what a caller says and what the address remembers to the crew on its way, and the outcome back to everyone who took part.",
    title: "Sign in",
    username: "Username",
    password: "Password",
    otp: "One-time code",
    otpHelp: "Six digits from your authenticator app, if you use one.",
    submit: "Sign in",
    needUsername: "Enter your username",
    needPassword: "Enter your password",
    badOtp: "The one-time code is six digits",
    wrong: "This username, password or code is not right",
    failed: "You could not be signed in",
    recorded: "Every look at personal data is recorded with your name, the time and the incident.",
  },
  et: {
    promise: "Tea, mis on ukse taga, enne kui see avaneb.",
    promiseMore:
      "Doorstep viib helistaja öeldu ja aadressi ajaloo väljasõitva patrullini ning toob tulemuse tagasi kõigile, kes juhtumiga tegelesid.",
    title: "Logi sisse",
    username: "Kasutajanimi",
    password: "Parool",
    otp: "Ühekordne kood",
    otpHelp: "Kuus numbrit autentimisrakendusest, kui sa seda kasutad.",
    submit: "Logi sisse",
    needUsername: "Sisesta kasutajanimi",
    needPassword: "Sisesta parool",
    badOtp: "Ühekordses koodis on kuus numbrit",
    wrong: "Kasutajanimi, parool või kood ei ole õige",
    failed: "Sisselogimine ei õnnestunud",
    recorded: "Iga isikuandmete vaatamine salvestatakse koos sinu nime, kellaaja ja juhtumiga.",
  },
});
