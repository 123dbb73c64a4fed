// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { api } from "../api/texts";
import { speak, startTexts } from "../i18n/start";
import { start } from "../start/texts";
import { ui } from "../ui/texts";
import { SignInForm } from "./SignInForm";
import { signin } from "./texts";

beforeEach(() => {
  localStorage.clear();
  startTexts({ ui, api, start, signin }, "en");
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** Answers the next request as the server would, and tells what was asked. */
function answer(status: number, body: object): () => Promise<unknown> {
  let asked: Request | undefined;
  vi.stubGlobal("fetch", (request: Request) => {
    asked = request.clone();
    return Promise.resolve(
      new Response(JSON.stringify(body), {
        status,
        headers: { "Content-Type": status < 400 ? "application/json" : "application/problem+json" },
      }),
    );
  });
  return async () => (await asked?.json()) as unknown;
}

function fill(username: string, password: string, otp = "") {
  const type = (label: string, value: string) =>
    fireEvent.change(screen.getByLabelText(label), { target: { value } });
  type("Username", username);
  type("Password", password);
  type("One-time code", otp);
  fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
}

test.each([
  ["call_taker", "/calltaking"],
  ["patrol_officer", "/tablet"],
  ["district_officer", "/district"],
  ["shift_supervisor", "/supervision"],
  ["administrator", "/authoring"],
])("%s goes to %s", async (role, desk) => {
  const asked = answer(200, {
    user: { id: "1", username: "mari", display_name: "Mari Kask", role, language: "et" },
  });
  const went: string[] = [];
  render(<SignInForm go={(address) => went.push(address)} />);
  fill(" mari ", "secret", "123456");
  await vi.waitFor(() => expect(went).toEqual([desk]));
  expect(await asked()).toEqual({ username: "mari", password: "secret", otp: "123456" });
});

test("a code that was not given is not sent", async () => {
  const asked = answer(401, {});
  render(<SignInForm />);
  fill("mari", "secret");
  await screen.findByRole("alert");
  expect(await asked()).toEqual({ username: "mari", password: "secret" });
});

test("nothing is asked of the server before the form is whole", async () => {
  const asked = answer(500, {});
  render(<SignInForm />);
  fill("", "", "12");
  const links = await screen.findAllByRole("link");
  expect(links.map((link) => link.textContent)).toEqual([
    "Enter your username",
    "Enter your password",
    "The one-time code is six digits",
  ]);
  expect(document.activeElement).toBe(screen.getByRole("alert"));
  expect(await asked()).toBeUndefined();
});

test.each([
  [401, "This username, password or code is not right"],
  [429, "Too many tries. Wait a moment, then try again."],
  [503, "A part of the service is away, and this could not be done. Try again in a few seconds."],
])("a refusal with %i is said in words", async (status, words) => {
  answer(status, { title: "x", status });
  render(<SignInForm />);
  fill("mari", "secret");
  expect((await screen.findByRole("alert")).textContent).toContain(words);
});

test("a field that the server refuses is named", async () => {
  answer(422, { status: 422, errors: [{ field: "otp", detail: "This code was used before" }] });
  render(<SignInForm />);
  fill("mari", "secret", "123456");
  fireEvent.click(await screen.findByRole("link", { name: "This code was used before" }));
  expect(document.activeElement).toBe(screen.getByLabelText("One-time code"));
});

test("a dropped line is not a wrong password", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  render(<SignInForm />);
  fill("mari", "secret");
  expect((await screen.findByRole("alert")).textContent).toContain("The service cannot be reached");
});

test("the form speaks Estonian", () => {
  speak("et");
  render(<SignInForm />);
  expect(screen.getByRole("button", { name: "Logi sisse" })).toBeTruthy();
});
