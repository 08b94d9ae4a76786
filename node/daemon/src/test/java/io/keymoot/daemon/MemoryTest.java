package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.admission.certificate.CheckedText;
import io.keymoot.daemon.api.Route;
import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Problem;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.wire.Hash32;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Since when somebody is here, and verified, outlives a restart. */
class MemoryTest {
  private static final Instant THEN = Instant.parse("2026-05-04T03:02:01.123Z");
  private static final Instant LATER = THEN.plusSeconds(3_600);
  private static final Fingerprint BEN = new Fingerprint(Hash32.sha256(new byte[] {1}));
  private static final Fingerprint CORA = new Fingerprint(Hash32.sha256(new byte[] {2}));
  private static final MemberId ANNAS = new MemberId(Hash32.sha256(new byte[] {3}));
  private static final MemberId BENS = new MemberId(Hash32.sha256(new byte[] {4}));

  @TempDir private Path temp = Path.of("");
  private final List<String> notes = new ArrayList<>();

  private Memory at(Instant now) {
    return Memory.open(temp, () -> now, notes::add);
  }

  @Test
  void whoWasVerifiedIsSoSinceThenAndWhoDiffersIsNoLonger() throws Exception {
    at(THEN).acquaintances().record(BEN, true);
    at(THEN).acquaintances().record(CORA, true);
    at(LATER).acquaintances().record(CORA, false);
    assertThat(at(LATER).acquaintances().since(BEN)).contains(THEN);
    assertThat(at(LATER).acquaintances().knows(BEN)).isTrue();
    assertThat(at(LATER).acquaintances().since(CORA)).isEmpty();
    assertThat(at(LATER).acquaintances().knows(CORA)).isFalse();
    at(LATER).acquaintances().record(BEN, true);
    assertThat(at(LATER).acquaintances().since(BEN)).as("compared anew").contains(LATER);
    assertThat(rights("verified")).isEqualTo("rw-------");
  }

  @Test
  void aDamagedListOfTheVerifiedIsAnErrorAndNobodyIsDroppedInSilence() throws Exception {
    at(THEN).acquaintances().record(BEN, true);
    Path file = temp.resolve("verified");
    String good = Files.readString(file);
    for (String damaged :
        List.of(
            "",
            good.replace("keymoot", "somebody"),
            good.replace(THEN.toString(), "yesterday"),
            good.replace(" " + THEN, ""),
            good.replace(CheckedText.of(BEN), "BEN"))) {
      Files.writeString(file, damaged);
      assertThatThrownBy(() -> at(LATER))
          .as(damaged)
          .isInstanceOfSatisfying(
              Problem.class,
              problem -> {
                assertThat(problem.code()).isEqualTo(ErrorCode.BAD_FILE);
                assertThat(problem.remedy()).contains("verified again");
              });
    }
  }

  @Test
  void whoWasSeenBeforeIsNotNewAfterARestart() throws Exception {
    try (Memory first = at(THEN)) {
      assertThat(first.sightings().since(BENS, THEN)).isEqualTo(THEN);
      first.sightings().are(Map.of(ANNAS, THEN, BENS, THEN));
      first.sightings().are(Map.of(BENS, THEN));
    }
    try (Memory second = at(LATER)) {
      assertThat(second.sightings().since(BENS, LATER)).isEqualTo(THEN);
      assertThat(second.sightings().since(ANNAS, LATER)).as("it had gone").isEqualTo(LATER);
    }
    assertThat(rights("seen")).isEqualTo("rw-------");
    assertThat(notes).isEmpty();
  }

  @Test
  void aDamagedListOfTheSeenIsToldOfAndWrittenAnew() throws Exception {
    Path file = temp.resolve("seen");
    for (String damaged :
        List.of("", "keymoot seen 1\nx y\n", "keymoot seen 1\n" + "ab".repeat(32))) {
      notes.clear();
      Files.writeString(file, damaged);
      try (Memory memory = at(LATER)) {
        assertThat(memory.sightings().since(BENS, LATER)).isEqualTo(LATER);
        assertThat(notes).singleElement().asString().contains("damaged");
        memory.sightings().are(Map.of(BENS, LATER));
      }
      assertThat(file).content().contains(BENS.hash().toHex() + " " + LATER);
    }
  }

  @Test
  void aDaemonThatStartsAgainKnowsSinceWhenBenIsThereAndVerified() throws Exception {
    try (TestGroup group = new TestGroup(() -> temp, "memory", TestGroup.OPEN_HOUSE)) {
      ApiClient anna = group.begin("anna");
      group.begin("ben");
      TestGroup.until(() -> ben(anna).isPresent());
      JsonObject named =
          new JsonObject().put("device", ben(anna).orElseThrow().getString("device"));
      anna.post(Route.VERIFY, named.put("match", true));
      JsonObject before = ben(anna).orElseThrow();
      assertThat(before.getString("verifiedSince")).isNotNull();
      group.end("anna");

      ApiClient again = group.begin("anna");
      TestGroup.until(() -> ben(again).isPresent());
      JsonObject after = ben(again).orElseThrow();
      assertThat(after.getString("since")).isEqualTo(before.getString("since"));
      assertThat(after.getString("verifiedSince")).isEqualTo(before.getString("verifiedSince"));
      assertThat(Instant.parse(after.getString("since")))
          .isBefore(Instant.parse(again.get(Route.STATUS).getString("started")));
    }
  }

  /** The other device; this one may be there twice, until its stay before the restart is over. */
  private static Optional<JsonObject> ben(ApiClient anna) {
    String own = anna.get(Route.ID).getString("fingerprint");
    return anna.get(Route.MEMBERS).getJsonArray("members").stream()
        .map(JsonObject.class::cast)
        .filter(member -> !member.getString("device").equals(own))
        .findFirst();
  }

  private String rights(String name) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(temp.resolve(name)));
  }
}
