import { Page } from "@/components/Page";
import { t } from "@/strings";

export default function DashboardPage() {
  return <Page title={t.dashboard.title}>{null}</Page>;
}
