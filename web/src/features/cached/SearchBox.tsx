/** Search as you type: what is typed is in the address a moment after the last letter. */
import { CloseButton, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type Ref, useEffect, useRef, useState } from "react";
import { t } from "@/strings";

const PAUSE = 200;

export function SearchBox({
  ref,
  value,
  onChange,
  onLeave,
}: {
  ref: Ref<HTMLInputElement>;
  value: string;
  onChange: (value: string) => void;
  /** Down from here, to the table. */
  onLeave: () => void;
}) {
  const [typed, setTyped] = useState(value);
  const told = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  // The address changed by itself: a view, a step back.
  useEffect(() => {
    if (value === told.current) return;
    clearTimeout(timer.current);
    told.current = value;
    setTyped(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const tell = (text: string, after: number) => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      told.current = text.trim();
      onChange(text.trim());
    }, after);
  };

  return (
    <TextInput
      ref={ref}
      type="search"
      value={typed}
      placeholder={t.cached.search}
      aria-label={t.cached.search}
      leftSection={<IconSearch size={16} />}
      rightSection={
        typed !== "" && (
          <CloseButton size="sm" aria-label={t.cached.clearSearch} onClick={() => tell("", 0)} />
        )
      }
      maxLength={500}
      onChange={(event) => tell(event.currentTarget.value, PAUSE)}
      onKeyDown={(event) => {
        if (event.key === "Enter") tell(typed, 0);
        else if (event.key === "Escape" && typed !== "") tell("", 0);
        else if (event.key === "ArrowDown" || event.key === "Escape") onLeave();
        else return;
        event.preventDefault();
      }}
      style={{ flex: "1 1 220px", maxWidth: 360 }}
    />
  );
}
