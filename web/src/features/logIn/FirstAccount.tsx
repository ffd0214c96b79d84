/** The first account: an admin, made with the token that only whoever owns the machine can read. */
import { Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { $api } from "@/api/client";
import { problemOf } from "@/api/problem";
import { router } from "@/app/router";
import { AUTH_STATE } from "@/app/session";
import { Hint, sentenceOf } from "@/components/Notice";
import { isPossible, passwordRules } from "@/lib/passwords";
import { t } from "@/strings";
import { useEnter } from "./enter";
import { Frame } from "./Frame";
import { PasswordHints } from "./PasswordHints";
import { Refusal } from "./Refusal";
import { Submit } from "./Submit";
import { TokenWhere } from "./TokenWhere";
import { useWait } from "./useWait";

const say = t.logIn.first;

export default function FirstAccount() {
  const queries = useQueryClient();
  const enter = useEnter();
  const hints = useId();
  const [token, setToken] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const setUp = $api.useMutation("post", "/api/auth/setup", {
    // Whoever makes the first account came to set Cacherr up; what is done already, the wizard says itself.
    onSuccess: async () => {
      await router.navigate({ to: "/wizard" });
      await enter();
    },
  });
  const left = useWait(setUp.error);
  const rules = passwordRules(password, name);
  const code = setUp.error ? problemOf(setUp.error).code : null;
  const atField = { setup_token_wrong: "token", weak_password: "password", name_taken: "name" } as const;
  const field = code && code in atField ? atField[code as keyof typeof atField] : null;
  const sentence = (at: typeof field) => (field === at && setUp.error ? sentenceOf(setUp.error) : null);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (left === 0 && isPossible(rules)) setUp.mutate({ body: { token: token.trim(), name, password } });
  };

  if (code === "already_set_up") {
    return (
      <Frame title={say.title}>
        <Hint>{say.alreadyDone}</Hint>
        <Button onClick={() => void queries.resetQueries({ queryKey: AUTH_STATE })}>{say.toLogIn}</Button>
      </Frame>
    );
  }
  const waits = left > 0 || !isPossible(rules);
  return (
    <Frame title={say.title} wide>
      <Text>{say.lead}</Text>
      <form onSubmit={submit}>
        <Stack>
          <div>
            <TextInput
              label={say.token}
              description={say.tokenHint}
              autoComplete="off"
              spellCheck={false}
              autoFocus
              required
              withAsterisk={false}
              maxLength={1024}
              value={token}
              error={field === "token" && say.tokenWrong}
              onChange={(event) => setToken(event.currentTarget.value)}
              styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
            />
            <TokenWhere />
          </div>
          <TextInput
            label={say.name}
            description={say.nameHint}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            withAsterisk={false}
            maxLength={64}
            value={name}
            error={sentence("name")}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <PasswordInput
            label={say.password}
            autoComplete="new-password"
            required
            withAsterisk={false}
            value={password}
            error={sentence("password")}
            aria-describedby={hints}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <PasswordHints id={hints} rules={rules} typed={password !== ""} />
          {setUp.error && field === null && <Refusal error={setUp.error} left={left} />}
          <Submit waits={waits} loading={setUp.isPending}>
            {left > 0 ? t.logIn.submitIn(left) : say.submit}
          </Submit>
        </Stack>
      </form>
    </Frame>
  );
}
