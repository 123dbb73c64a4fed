/** The name and its sign: a door, and light under it. */
export function Brand({ size = 22 }: { size?: number }) {
  return (
    <span className="desk-header-name">
      <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" className="brand-sign">
        <path d="M9 24V6h14v18" />
        <path d="M4 25.5h24" className="brand-light" />
        <circle cx="19" cy="15.5" r="1.6" />
      </svg>
      Doorstep
    </span>
  );
}
