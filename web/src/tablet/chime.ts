let context: AudioContext | null = null;

/** Browsers make no sound before a person touched the page; this is that touch. */
export async function allowSound(): Promise<void> {
  context ??= new AudioContext();
  await context.resume();
}

export function soundAllowed(): boolean {
  return context?.state === "running";
}

/** Two rising tones: a briefing has come. */
export function chime(): void {
  if (context?.state !== "running") return;
  for (const [index, frequency] of [660, 880].entries()) {
    const tone = context.createOscillator();
    const loudness = context.createGain();
    const from = context.currentTime + index * 0.18;
    tone.frequency.value = frequency;
    loudness.gain.setValueAtTime(0.25, from);
    loudness.gain.exponentialRampToValueAtTime(0.001, from + 0.3);
    tone.connect(loudness).connect(context.destination);
    tone.start(from);
    tone.stop(from + 0.3);
  }
}
