/** A bar in parts, and the same as numbers. */
import classes from "./dashboard.module.css";

export interface BarPart {
  name: string;
  hint: string;
  bytes: number;
  /** How it is drawn. */
  look: "pinned" | "wanted" | "unwanted" | "reserved" | "free";
}

export function Divided({ parts, format }: { parts: readonly BarPart[]; format: (bytes: number) => string }) {
  const whole = Math.max(
    1,
    parts.reduce((sum, part) => sum + part.bytes, 0),
  );
  return (
    <>
      <div className={classes.bar} aria-hidden>
        {parts
          .filter((part) => part.bytes > 0)
          .map(({ look, bytes }) => (
            <span
              key={look}
              className={look === "free" ? classes.rest : `${classes.part} ${classes[look]}`}
              style={{ flexGrow: bytes / whole, flexBasis: 0 }}
            />
          ))}
      </div>
      <dl className={classes.legend}>
        {parts.map(({ name, hint, look, bytes }) => (
          <div key={look} title={hint}>
            <dt>
              <span className={`${classes.swatch} ${classes[look]}`} aria-hidden />
              {name}
            </dt>
            <dd>{format(bytes)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
