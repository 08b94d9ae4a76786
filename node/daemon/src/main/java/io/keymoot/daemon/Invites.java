package io.keymoot.daemon;

import io.keymoot.admission.Invite;
import io.keymoot.admission.InviteSecret;
import io.keymoot.admission.WallTime;
import io.keymoot.daemon.api.Ask;
import io.keymoot.daemon.api.Body;
import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Problem;
import io.keymoot.runtime.GroupNode;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.OptionalInt;

/** Invites that are made while the daemon runs. Here stays the public half alone. */
final class Invites {
  private static final int SECONDS_AN_HOUR = 3_600;

  private Invites() {}

  /** Takes a good part of a second for a code: it is stretched. */
  static JsonObject make(Ask ask, GroupNode node) {
    Body body = ask.body();
    body.only("name", "kind", "uses", "hours");
    String name = body.needed("name", 64);
    String kind = body.text("kind", 4).orElse("link");
    int uses = body.number("uses", 0, 10_000, 1);
    int hours = body.number("hours", 1, 8_760, 24);
    if (!kind.equals("link") && !kind.equals("code")) {
      throw new Problem(ErrorCode.BAD_REQUEST, "'kind' is neither link nor code.", "Write one.");
    }
    SecureRandom random = new SecureRandom();
    WallTime expires = Ca.now().plusSeconds((long) hours * SECONDS_AN_HOUR);
    try (InviteSecret secret =
        kind.equals("code")
            ? InviteSecret.code(random::nextBytes)
            : InviteSecret.link(node.group(), random::nextBytes)) {
      node.addInvite(
              new Invite(
                  name,
                  secret.publicKey(),
                  uses == 0 ? OptionalInt.empty() : OptionalInt.of(uses),
                  Optional.of(expires)))
          .toCompletableFuture()
          .join();
      return new JsonObject()
          .put("name", name)
          .put("kind", kind)
          .put("secret", secret.text())
          .put("uses", uses)
          .put("expires", expires.toString());
    }
  }
}
