import { Page } from "@/components/Page";
import { t } from "@/strings";

export default function PlanPage() {
  return <Page title={t.plan.title}>{null}</Page>;
}
