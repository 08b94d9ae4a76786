package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.admission.Invite;
import io.keymoot.admission.InviteSecret;
import io.keymoot.admission.InviteUse;
import io.keymoot.admission.WallTime;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a daemon keeps of the invites that it made. */
class InvitesTest {
  @TempDir private Path temp = Path.of("");
  private final List<String> notes = new ArrayList<>();

  private static Invite invite(String name, long seconds) {
    try (InviteSecret secret = InviteSecret.code(new SecureRandom()::nextBytes)) {
      return new Invite(
          name,
          secret.publicKey(),
          OptionalInt.of(2),
          Optional.of(new WallTime(System.currentTimeMillis() / 1_000 + seconds)));
    }
  }

  private static InviteUse use(Invite invite) {
    return new InviteUse(invite.key(), new Fingerprint(Hash32.sha256(new byte[] {1})));
  }

  @Test
  void whatIsKeptIsReadAgainButWhatIsOver() {
    Path file = temp.resolve("invites.json");
    Invite open = invite("ben", 3_600);
    Invite over = invite("cora", -1);
    Invite forEver = new Invite("dan", open.key(), OptionalInt.empty(), Optional.empty());
    Invites.read(file, notes::add)
        .keep(List.of(open, over, forEver), List.of(use(open), use(over)));
    Invites again = Invites.read(file, notes::add);
    assertThat(again.made()).containsExactly(open, forEver);
    assertThat(again.uses()).containsExactly(use(open));
    assertThat(notes).isEmpty();
  }

  @Test
  void aDamagedFileIsSetAsideAndSaidSo() throws Exception {
    Path file = temp.resolve("invites.json");
    for (String damage :
        List.of("", "{}", "{\"invites\":[{\"name\":3}],\"uses\":[]}", "nonsense")) {
      notes.clear();
      Files.writeString(file, damage);
      assertThat(Invites.read(file, notes::add).made()).isEmpty();
      assertThat(notes).singleElement().asString().contains("damaged", "void");
      assertThat(temp.resolve("invites.json.damaged")).hasContent(damage);
      assertThat(file).doesNotExist();
    }
  }
}
