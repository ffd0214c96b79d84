/** What the server tells of its settings. */
export type {
  AllSettings as Settings,
  ProblemDetail as Complaint,
  Setting,
  SettingChangeRequest as Change,
  SettingsChanged as Saved,
} from "@/api/schema";
