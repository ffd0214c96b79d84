import { Page } from "@/components/Page";
import { t } from "@/strings";

export default function SourcesPage() {
  return <Page title={t.sources.title}>{null}</Page>;
}
