/** Names and what they are, two columns that become one on a phone. */
import { Fragment, type ReactNode } from "react";
import classes from "./Facts.module.css";

export function Facts({ facts }: { facts: readonly (readonly [name: string, fact: ReactNode])[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(([name, fact]) => (
        <Fragment key={name}>
          <dt className="quiet">{name}</dt>
          <dd className={classes.fact}>{fact}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
