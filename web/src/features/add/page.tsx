import { Page } from "@/components/Page";
import { t } from "@/strings";

export default function AddPage() {
  return <Page title={t.add.title}>{null}</Page>;
}
