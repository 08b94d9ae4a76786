package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.admission.Invite;
import io.keymoot.admission.InviteSecret;
import io.keymoot.admission.InviteUse;
import io.keymoot.admission.WallTime;
import io.keymoot.daemon.api.Route;
import io.keymoot.daemon.setting.Problem;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.wire.Hash32;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
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

  /** The node tells in its own time, so of what was before, too. */
  @Test
  void whatTheNodeToldBeforeTakesNothingBackThatWasMadeOrRevokedSince() {
    Path file = temp.resolve("invites.json");
    Invites invites = Invites.read(file, notes::add);
    Invite ben = invite("ben", 3_600);
    Invite cora = invite("cora", 3_600);
    invites.keep(List.of(ben), List.of(use(ben)));
    invites.isMade(cora);
    invites.isRevoked("ben");
    invites.keep(List.of(ben), List.of(use(ben)));
    assertThat(invites.made()).containsExactly(cora);
    assertThat(Invites.read(file, notes::add).made()).containsExactly(cora);

    invites.keep(List.of(ben, cora), List.of());
    assertThat(invites.made()).containsExactly(cora);
    invites.keep(List.of(), List.of());
    assertThat(invites.made()).as("the node told of it, and of its end").isEmpty();
  }

  @Test
  void anInviteThatCannotBeWrittenIsNotThereAndOneThatIsRevokedCanBeRevokedAgain()
      throws Exception {
    Path file = temp.resolve("invites.json");
    Invites invites = Invites.read(file, notes::add);
    Invite ben = invite("ben", 3_600);
    Invite cora = invite("cora", 3_600);
    invites.keep(List.of(ben), List.of());
    Path full = breakIt(file);
    assertThatThrownBy(() -> invites.isMade(cora)).isInstanceOf(Problem.class);
    assertThatThrownBy(() -> invites.isRevoked("ben")).isInstanceOf(Problem.class);
    assertThat(invites.made()).containsExactly(ben);
    mend(full);
    invites.keep(List.of(ben, cora), List.of());
    assertThat(invites.made()).as("what the node tells late").isEmpty();
    assertThat(Invites.read(file, notes::add).made()).isEmpty();
  }

  @Test
  void aUseThatCannotBeWrittenCountsAndIsWrittenWithTheNext() throws Exception {
    Path file = temp.resolve("invites.json");
    Invites invites = Invites.read(file, notes::add);
    Invite ben = invite("ben", 3_600);
    invites.keep(List.of(ben), List.of());
    Path full = breakIt(file);
    assertThatThrownBy(() -> invites.keep(List.of(ben), List.of(use(ben))))
        .isInstanceOf(Problem.class);
    assertThat(invites.uses()).containsExactly(use(ben));
    mend(full);
    invites.isMade(invite("cora", 3_600));
    assertThat(Invites.read(file, notes::add).uses()).containsExactly(use(ben));
  }

  @Test
  void whereAnInviteCannotBeWrittenNobodyHasItAndItsNameIsFree() throws Exception {
    try (TestGroup group = new TestGroup(() -> temp, "invites", TestGroup.OPEN_HOUSE)) {
      ApiClient anna = group.begin("anna");
      Path full = breakIt(group.state("anna").resolve("invites.json"));
      JsonObject wish = new JsonObject().put("name", "ben");
      assertThatThrownBy(() -> anna.post(Route.INVITE, wish)).hasMessageContaining("written");
      mend(full);
      anna.post(Route.INVITE, wish);
      assertThat(anna.get(Route.INVITES).getJsonArray("invites")).hasSize(1);
    }
  }

  /** Nothing takes the place of a folder with something in it; this goes for root as well. */
  private static Path breakIt(Path file) throws IOException {
    Files.deleteIfExists(file);
    return Files.createFile(Files.createDirectory(file).resolve("something"));
  }

  private static void mend(Path full) throws IOException {
    Files.delete(full);
    Files.delete(full.getParent());
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
