import { Page } from "@/components/Page";
import { t } from "@/strings";

export default function CachedPage() {
  return <Page title={t.cached.title}>{null}</Page>;
}
