/** What the server tells of its settings. */
export type {
  ProblemDetail as Complaint,
  Setting,
  SettingChangeRequest as Change,
  Settings,
  SettingsChanged as Saved,
} from "@/api/schema";
