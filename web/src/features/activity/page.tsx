import { Page } from "@/components/Page";
import { t } from "@/strings";

export default function ActivityPage() {
  return <Page title={t.activity.title}>{null}</Page>;
}
