import { useCallback, useEffect, useState } from "react";

let context: AudioContext | undefined;

/** The chime of a new briefing. A browser allows sound only after a person has touched the page. */
export function useChime(): { allowed: boolean; allow: () => void; chime: () => void } {
  const [allowed, setAllowed] = useState(() => context?.state === "running");
  const allow = useCallback(() => {
    context ??= new AudioContext();
    void context.resume().then(() => setAllowed(context?.state === "running"));
  }, []);
  useEffect(() => {
    addEventListener("pointerdown", allow, { once: true });
    addEventListener("keydown", allow, { once: true });
    return () => {
      removeEventListener("pointerdown", allow);
      removeEventListener("keydown", allow);
    };
  }, [allow]);
  const chime = useCallback(() => {
    if (context?.state !== "running") return;
    const start = context.currentTime;
    [880, 1175, 880, 1175].forEach((pitch, index) => note(context as AudioContext, pitch, start + index * 0.22));
  }, []);
  return { allowed, allow, chime };
}

function note(audio: AudioContext, pitch: number, at: number): void {
  const tone = new OscillatorNode(audio, { type: "triangle", frequency: pitch });
  const loudness = new GainNode(audio, { gain: 0 });
  loudness.gain.setValueAtTime(0, at);
  loudness.gain.linearRampToValueAtTime(0.5, at + 0.02);
  loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.2);
  tone.connect(loudness).connect(audio.destination);
  tone.start(at);
  tone.stop(at + 0.21);
}
