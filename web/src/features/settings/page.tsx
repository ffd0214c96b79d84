import { Page } from "@/components/Page";
import { t } from "@/strings";

export default function SettingsPage() {
  return <Page title={t.settings.title}>{null}</Page>;
}
