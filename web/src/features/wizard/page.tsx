import { Page } from "@/components/Page";
import { t } from "@/strings";

export default function WizardPage() {
  return <Page title={t.wizard.title}>{null}</Page>;
}
