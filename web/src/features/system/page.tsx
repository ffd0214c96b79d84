import { Page } from "@/components/Page";
import { t } from "@/strings";

export default function SystemPage() {
  return <Page title={t.system.title}>{null}</Page>;
}
