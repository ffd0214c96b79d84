/** The control of a setting: by its form, and by what it may be. */
import { Input, NumberInput, PasswordInput, Select, Switch, TagsInput, TextInput } from "@mantine/core";
import { useId } from "react";
import { t } from "@/strings";
import classes from "./Control.module.css";
import type { Value } from "./draft";
import type { Setting } from "./model";
import { choiceName, unitOf } from "./words";

interface Given {
  setting: Setting;
  value: Value;
  label: string;
  help: string;
  error: string | undefined;
  onChange(value: Value): void;
}

const PARTS = {
  root: classes.root ?? "",
  label: classes.label ?? "",
  description: classes.description ?? "",
  error: classes.error ?? "",
  wrapper: classes.control ?? "",
};

export function Control(given: Given) {
  const { setting, value, label, help, error, onChange } = given;
  const text = typeof value === "string" ? value : "";
  const frame = {
    label,
    description: help === "" ? undefined : help,
    error,
    disabled: !setting.changeable,
    classNames: PARTS,
    inputWrapperOrder: ["label", "description", "input", "error"] as (
      | "label"
      | "description"
      | "input"
      | "error"
    )[],
  };
  const placeholder =
    setting.default === null || setting.default === ""
      ? setting.example === null
        ? t.settings.notSet
        : t.settings.such(setting.example)
      : t.settings.defaultIs(setting.default);
  const unit = unitOf(setting.key);

  if (setting.form === "flag") {
    return setting.default === null ? <MaybeFlag {...given} frame={frame} /> : <Flag {...given} />;
  }
  if (setting.form === "list") {
    return (
      <TagsInput
        {...frame}
        value={typeof value === "string" ? [value] : [...(value ?? [])]}
        // Cron expressions and paths have spaces and commas in them.
        splitChars={[]}
        acceptValueOnBlur
        placeholder={t.settings.addItem}
        onChange={onChange}
      />
    );
  }
  if (setting.allowed) {
    return (
      <Select
        {...frame}
        value={value === null ? (setting.default ?? null) : text}
        placeholder={t.settings.notSet}
        data={setting.allowed.map((one) => ({ value: one, label: choiceName(setting.key, one) }))}
        clearable={setting.default === null}
        onChange={onChange}
      />
    );
  }
  switch (setting.form) {
    case "secret":
      return (
        <PasswordInput
          {...frame}
          value={text}
          autoComplete="off"
          placeholder={setting.value === null ? t.settings.notSet : t.settings.secretSet}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case "number":
      return (
        <NumberInput
          {...frame}
          value={text}
          allowDecimal={false}
          placeholder={placeholder}
          {...(unit ? { suffix: ` ${unit}` } : {})}
          onChange={(number) => onChange(number === "" ? null : String(number))}
        />
      );
    default:
      return (
        <TextInput
          {...frame}
          value={text}
          placeholder={placeholder}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => {
            const typed = event.currentTarget.value;
            // What has no default is left out of the file when nothing stands there.
            onChange(typed === "" && setting.default === null ? null : typed);
          }}
        />
      );
  }
}

function Flag({ setting, value, label, help, error, onChange }: Given) {
  const id = useId();
  const isOn = (value ?? setting.default) === "true";
  return (
    <Input.Wrapper
      id={id}
      label={label}
      description={help === "" ? undefined : help}
      error={error}
      classNames={PARTS}
      inputWrapperOrder={["label", "description", "input", "error"]}
    >
      <Switch
        id={id}
        className={classes.control ?? ""}
        checked={isOn}
        disabled={!setting.changeable}
        aria-describedby={help === "" ? undefined : `${id}-description`}
        label={isOn ? t.settings.yes : t.settings.no}
        onChange={(event) => onChange(String(event.currentTarget.checked))}
      />
    </Input.Wrapper>
  );
}

/** A flag that need not be set: then it is as for the others. */
function MaybeFlag({ value, onChange, frame }: Given & { frame: object }) {
  return (
    <Select
      {...frame}
      value={typeof value === "string" ? value : ""}
      data={[
        { value: "", label: t.settings.asUsual },
        { value: "true", label: t.settings.yes },
        { value: "false", label: t.settings.no },
      ]}
      onChange={(chosen) => onChange(chosen === "" ? null : chosen)}
    />
  );
}
