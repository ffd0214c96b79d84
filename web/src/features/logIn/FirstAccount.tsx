import { t } from "@/strings";
import { Frame } from "./Frame";

export default function FirstAccount() {
  return <Frame title={t.wizard.title}>{null}</Frame>;
}
