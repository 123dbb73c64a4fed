import { useId } from "react";
import { Disclosure } from "./Disclosure";

export type Bar = {
  /** One letter or so under the bar, and its whole name. */
  short: string;
  name: string;
  /** Stands under the bar where something new begins, such as a year. */
  begins?: string | undefined;
  /** The lower part and the upper one; null when it is not known. */
  parts: readonly [number, number] | null;
};

const wide = 30; // of one bar and the gap beside it, in units of the drawing
const top = 18; // room for the count over the highest bar
const high = 92;
const under = 34;

/**
 * Counts side by side, each in two parts: the one that matters, at the bottom,
 * and the rest. Every count stands as a number too, and all of it in a table.
 */
export function StackedBars({
  summary,
  parts,
  bars,
  unknown,
  table,
  nameOfBar,
}: {
  /** What the drawing says, in a sentence. */
  summary: string;
  /** Names of the lower and the upper part. */
  parts: readonly [string, string];
  bars: readonly Bar[];
  /** The word for a bar that is not known. */
  unknown: string;
  /** What opens the table, and the head of its first column. */
  table: string;
  nameOfBar: string;
}) {
  const hatch = useId();
  const most = Math.max(3, ...bars.map((bar) => (bar.parts === null ? 0 : bar.parts[0] + bar.parts[1])));
  const unit = high / most;
  const hasUnknown = bars.some((bar) => bar.parts === null);
  return (
    <figure className="bars">
      <figcaption className="bars-legend">
        <span className="bars-key bars-key-lower">{parts[0]}</span>
        <span className="bars-key bars-key-upper">{parts[1]}</span>
        {hasUnknown && <span className="bars-key bars-key-unknown">{unknown}</span>}
      </figcaption>
      <svg
        className="bars-drawing"
        viewBox={`0 0 ${bars.length * wide} ${top + high + under}`}
        role="img"
        aria-label={summary}
      >
        <pattern id={hatch} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <line className="bars-hatch" x1="0" y1="0" x2="0" y2="5" />
        </pattern>
        {bars.map((bar, index) => {
          const middle = index * wide + wide / 2;
          const [lower, upper] = bar.parts ?? [0, 0];
          const rise = (lower + upper) * unit;
          const bottom = top + high;
          return (
            <g key={bar.name}>
              {bar.parts === null ? (
                <rect x={middle - 9} y={top} width={18} height={high} fill={`url(#${hatch})`} />
              ) : (
                <>
                  <rect
                    className="bars-upper"
                    x={middle - 9}
                    y={bottom - rise}
                    width={18}
                    height={upper * unit}
                  />
                  <rect
                    className="bars-lower"
                    x={middle - 9}
                    y={bottom - lower * unit}
                    width={18}
                    height={lower * unit}
                  />
                  {lower + upper > 0 && (
                    <text className="bars-count" x={middle} y={bottom - rise - 5}>
                      {lower + upper}
                    </text>
                  )}
                </>
              )}
              <text className="bars-name" x={middle} y={bottom + 14}>
                {bar.short}
              </text>
              {bar.begins !== undefined && (
                <text className="bars-begins" x={middle - 9} y={bottom + 29}>
                  {bar.begins}
                </text>
              )}
            </g>
          );
        })}
        <line className="bars-ground" x1="0" x2={bars.length * wide} y1={top + high} y2={top + high} />
      </svg>
      <Disclosure label={table}>
        <table className="table bars-table">
          <thead>
            <tr>
              <th scope="col">{nameOfBar}</th>
              <th scope="col">{parts[0]}</th>
              <th scope="col">{parts[1]}</th>
            </tr>
          </thead>
          <tbody>
            {[...bars].reverse().map((bar) => (
              <tr key={bar.name}>
                <th scope="row">{bar.name}</th>
                {bar.parts === null ? (
                  <td colSpan={2}>{unknown}</td>
                ) : (
                  <>
                    <td>{bar.parts[0]}</td>
                    <td>{bar.parts[1]}</td>
                  </>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </Disclosure>
    </figure>
  );
}
