// @vitest-environment jsdom
import { act, cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useRef, useState } from "react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startTexts } from "../i18n/start";
import { Announcer, useAnnounce } from "./Announcer";
import { Button } from "./Button";
import { Checks, Choice } from "./Choice";
import { ComboBox } from "./ComboBox";
import { Why } from "./Disclosure";
import { Empty, NoData, NotSearched } from "./states";
import { enter, Suggestions, type Suggestion } from "./Suggestions";
import { ui } from "./texts";
import { useKeys } from "./useKeys";

beforeEach(() => {
  localStorage.clear();
  startTexts({ ui }, "en");
});
afterEach(cleanup);

describe("a button", () => {
  test("that cannot be used says why, and does nothing", async () => {
    const pressed = vi.fn();
    render(
      <Button unavailable="No address yet" onPress={pressed}>
        Send unit
      </Button>,
    );
    const button = screen.getByRole("button", { name: "Send unit", description: "No address yet" });
    await userEvent.click(button);
    expect(pressed).not.toHaveBeenCalled();
  });
});

describe("a question", () => {
  const options = [
    { value: "yes", label: "Yes", hint: "Y" },
    { value: "no", label: "No", hint: "N" },
  ] as const;

  test("has its wording as the name of the group, and no answer beforehand", async () => {
    const chosen = vi.fn();
    render(<Choice legend="Is anyone hurt?" options={options} value={null} onChange={chosen} />);
    expect(screen.getByRole("group", { name: "Is anyone hurt?" })).toBeTruthy();
    expect(screen.getAllByRole<HTMLInputElement>("radio").map(({ checked }) => checked)).toEqual([
      false,
      false,
    ]);
    await userEvent.click(screen.getByRole("radio", { name: "No" }));
    expect(chosen).toHaveBeenCalledWith("no");
  });

  test("of many answers adds and takes away", async () => {
    const chosen = vi.fn();
    render(<Checks legend="Weapons" options={options} values={["yes"]} onChange={chosen} />);
    await userEvent.click(screen.getByRole("checkbox", { name: "No" }));
    expect(chosen).toHaveBeenLastCalledWith(["yes", "no"]);
    await userEvent.click(screen.getByRole("checkbox", { name: "Yes" }));
    expect(chosen).toHaveBeenLastCalledWith([]);
  });
});

describe("a key", () => {
  const pressed = vi.fn<() => void>();
  function Keys() {
    useKeys({ y: pressed, "Mod+Enter": pressed });
    return <input aria-label="Note" />;
  }
  beforeEach(() => pressed.mockClear());

  test("does its one thing", async () => {
    render(<Keys />);
    await userEvent.keyboard("y");
    await userEvent.keyboard("Y");
    expect(pressed).toHaveBeenCalledTimes(2);
  });

  test("rests while a person types, but with Ctrl it does not", async () => {
    render(<Keys />);
    await userEvent.type(screen.getByLabelText("Note"), "yyy");
    expect(pressed).not.toHaveBeenCalled();
    await userEvent.keyboard("{Control>}{Enter}{/Control}");
    expect(pressed).toHaveBeenCalledTimes(1);
  });
});

describe("a typeahead", () => {
  const suggestions: Suggestion[] = [
    { id: "a", title: "Pärna 14–7, Tartu" },
    { id: "b", title: "Pärna 14–9, Tartu" },
  ];
  const picked = vi.fn<(suggestion: Suggestion) => void>();
  function Address() {
    const [text, setText] = useState("");
    return (
      <ComboBox label="Address" text={text} onText={setText} suggestions={suggestions} onPick={picked} />
    );
  }
  beforeEach(() => {
    picked.mockClear();
    vi.stubGlobal("CSS", { escape: (name: string) => name }); // jsdom has none; our ids need no escape
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test("takes the best with Enter", async () => {
    render(<Address />);
    await userEvent.type(screen.getByRole("combobox", { name: "Address" }), "pärna{Enter}");
    expect(picked).toHaveBeenCalledExactlyOnceWith(suggestions[0]);
  });

  test("takes the one that the arrow keys lead to", async () => {
    render(<Address />);
    await userEvent.type(
      screen.getByRole("combobox", { name: "Address" }),
      "pärna{ArrowDown}{ArrowDown}{Enter}",
    );
    expect(picked).toHaveBeenCalledExactlyOnceWith(suggestions[1]);
  });

  test("says how many it found", async () => {
    render(<Address />);
    await userEvent.type(screen.getByRole("combobox", { name: "Address" }), "p");
    const status = await screen.findByText("2 suggestions");
    expect(status.getAttribute("role")).toBe("status");
  });
});

describe("suggestions that stand before anything is typed", () => {
  const groups = [
    { id: "within", title: "Near", items: [{ id: "n", title: "Kase 1" }] },
    { id: "beyond", title: "Beyond", items: [{ id: "f", title: "Kase 9", detail: "90 m away" }] },
  ];
  const picked = vi.fn<(id: string) => void>();
  function Proposing() {
    const [text, setText] = useState("");
    const list = useRef<HTMLDivElement>(null);
    return (
      <>
        <ComboBox
          label="Address"
          text={text}
          onText={setText}
          suggestions={[]}
          onPick={() => undefined}
          onDown={() => enter(list)}
        />
        <Suggestions
          label="Around"
          groups={groups}
          list={list}
          onPick={picked}
          onBack={() => screen.getByRole("combobox", { name: "Address" }).focus()}
        />
      </>
    );
  }
  beforeEach(() => {
    picked.mockClear();
    vi.stubGlobal("CSS", { escape: (name: string) => name });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test("are led to by the arrow, chosen with Enter, and not by a slip", async () => {
    render(<Proposing />);
    const field = screen.getByRole("combobox", { name: "Address" });
    await userEvent.click(field);
    await userEvent.keyboard("{Enter}");
    expect(picked).not.toHaveBeenCalled();
    await userEvent.keyboard("{ArrowDown}{ArrowDown}");
    expect(document.activeElement).toBe(screen.getByRole("option", { name: "Kase 9 90 m away" }));
    await userEvent.keyboard("{Enter}");
    expect(picked).toHaveBeenCalledExactlyOnceWith("f");
  });

  test("give way to the field when a person types, or goes back", async () => {
    render(<Proposing />);
    const field = screen.getByRole<HTMLInputElement>("combobox", { name: "Address" });
    await userEvent.click(field);
    await userEvent.keyboard("{ArrowDown}{ArrowUp}");
    expect(document.activeElement).toBe(field);
    await userEvent.keyboard("{ArrowDown}{Escape}");
    expect(document.activeElement).toBe(field);
    await userEvent.keyboard("{ArrowDown}pä");
    expect(field.value).toBe("pä");
    expect(picked).not.toHaveBeenCalled();
  });
});

test("a flag opens to its reasons", async () => {
  render(<Why of="Strangulation" reasons={[{ text: "He choked her", source: "Answer 7", at: "14:02" }]} />);
  const opener = screen.getByRole("button", { name: "Why? Strangulation" });
  expect(opener.getAttribute("aria-expanded")).toBe("false");
  await userEvent.click(opener);
  expect(opener.getAttribute("aria-expanded")).toBe("true");
  expect(screen.getByText("Answer 7 · 14:02")).toBeTruthy();
});

test("found nothing, did not look and cannot know are three different things", () => {
  const { container } = render(
    <>
      <Empty title="No history found" />
      <NotSearched />
      <NoData offlineSince={new Date(2026, 0, 1, 14, 2)} />
    </>,
  );
  const words = [...container.querySelectorAll(".state-title")].map((title) => title.textContent);
  expect(words).toEqual(["No history found", "Not searched", "No data (offline since 14:02)"]);
  expect(new Set([...container.querySelectorAll(".state")].map((state) => state.className)).size).toBe(3);
});

describe("an announcement", () => {
  function Speaker() {
    const announce = useAnnounce();
    return (
      <>
        <button onClick={() => announce("Briefing not received", "critical")}>critical</button>
        <button onClick={() => announce("Saved")}>calm</button>
      </>
    );
  }

  test("is heard, and leaves the focus where it is", async () => {
    render(
      <Announcer>
        <Speaker />
      </Announcer>,
    );
    const button = screen.getByRole("button", { name: "critical" });
    await userEvent.click(button);
    expect(document.activeElement).toBe(button);
    expect(screen.getByText("Briefing not received").closest("[aria-live]")?.getAttribute("aria-live")).toBe(
      "assertive",
    );
  });

  test("goes by itself unless it is critical", () => {
    vi.useFakeTimers();
    render(
      <Announcer>
        <Speaker />
      </Announcer>,
    );
    act(() => screen.getByRole("button", { name: "critical" }).click());
    act(() => screen.getByRole("button", { name: "calm" }).click());
    expect(screen.getByText("Saved")).toBeTruthy();
    act(() => void vi.advanceTimersByTime(8000));
    expect(screen.queryByText("Saved")).toBeNull();
    expect(screen.getByText("Briefing not received")).toBeTruthy();
    vi.useRealTimers();
  });
});
