/** Secrets do not reach the log. */

import { expect, test } from "vitest";
import { maskSecrets } from "../../../src/server/observing/mask-secrets.ts";

test.each([
  "token access_token accessToken ACCESSTOKEN authToken id_token X-Amz-Security-Token csrf-token",
  "key api_key apikey apiKey x-api-key API-KEY key[] privateKey",
  "secret clientSecret password passwd userpassword pass pwd passphrase",
  "auth authorization Authorization jwt bearer session sessionid SESSION_ID sid",
  "code auth_code sig signature X-Amz-Signature X-Amz-Credential ticket credentials otp",
  "%74oken to%6Ben access%5Ftoken ;token",
])("masks the values of %s", (names) => {
  for (const name of names.split(" ")) {
    expect(maskSecrets(`/chat?room=7&${name}=s3cr3t&x=1`)).toBe(`/chat?room=7&${name}=***&x=1`);
    expect(maskSecrets(`/chat?${name}=s3cr3t?;=#s3cr3t`)).toBe(`/chat?${name}=***`);
  }
});

test.each([
  "/",
  "/chat/42",
  "/chat?room=7&user=ann",
  "/?monkey=1&keyboard=2&passenger=3&author=4&decode=5&encoder=6&design=7&side=8&spin=9",
  "/api/keys/token",
  "/?token",
  "/?&&=&=x",
  "",
])("leaves %s as it is", (target) => {
  expect(maskSecrets(target)).toBe(target);
});

test.each([
  ["/?next=/login?token=abc", "/?next=/login?token=***"],
  ["/?a=1;token=abc", "/?a=1;token=***"],
  ["/chat;token=abc/x?a=1&b=2", "/chat;token=***&b=2"],
  ["/#access_token=abc", "/#access_token=***"],
  ["/?token=a&token=b", "/?token=***&token=***"],
  ["/?token=a=b==", "/?token=***"],
  ["wss://ann:pw@example.com/chat?token=a", "wss://***@example.com/chat?token=***"],
  ["ws://ann:p@w@example.com", "ws://***@example.com"],
  ["/%zz?%zztoken=abc", "/%zz?%zztoken=***"],
])("%s is logged as %s", (target, logged) => {
  expect(maskSecrets(target)).toBe(logged);
});
