import { Page } from "@/components/Page";
import { t } from "@/strings";

export default function UsersPage() {
  return <Page title={t.users.title}>{null}</Page>;
}
