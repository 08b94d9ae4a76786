package io.keymoot.simulator.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.crypto.Aead;
import io.keymoot.flatkeying.crypto.Info;
import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.Remembered;
import io.keymoot.flatkeying.crypto.SharedSecret;
import io.keymoot.flatkeying.keying.Draws;
import io.keymoot.simulator.invariant.RealBytes;
import io.keymoot.simulator.result.Plan;
import io.keymoot.simulator.result.RunResult;
import io.keymoot.simulator.world.Trace;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is remembered for speed takes nothing from the adversary. */
class ShortcutsTest {
  /** A seed in which every key is tried on everything, whatever is remembered. */
  private static final Plan PLAN =
      new Plan(
          6,
          40_000,
          "adversarial",
          List.of("heavy", "impostor"),
          2,
          1,
          "conference",
          32,
          2,
          4,
          1,
          Optional.empty(),
          false);

  @AfterEach
  void stop() {
    Shortcuts.stop();
  }

  private record Pooled(
      String traceHash, int checked, int pooled, int accountedFor, List<?> collusion) {}

  private static Pooled pooledIn(Plan plan) {
    Trace trace = new Trace(Optional.empty(), Optional.empty());
    Simulation simulation = new Simulation(plan, trace, Simulation.Progress.NONE);
    RunResult result = simulation.run();
    RealBytes bytes = simulation.realBytes().orElseThrow();
    assertThat(result.violations()).isEmpty();
    return new Pooled(
        result.traceHash(),
        bytes.checked(),
        bytes.pooled(),
        bytes.eavesdropper().accountedFor(),
        bytes.collusion());
  }

  @Test
  void whoIsOutPoolsAsMuchAsWhereNothingIsRemembered() {
    Pooled computed = pooledIn(PLAN.withEverySignature());
    assertThat(computed.pooled()).as("secrets to try with").isGreaterThan(1_000);
    assertThat(computed.accountedFor()).as("keys told by their randomness").isGreaterThan(25);
    assertThat(pooledIn(PLAN)).isEqualTo(computed);
  }

  @Test
  void whatWasMadeForOneKeyIsKnownAgainForThatKeyAlone() {
    Shortcuts.start();
    Draws draws = new Draws(1);
    LeafKeyPair own = LeafKeyPair.generate(draws);
    LeafKeyPair anothers = LeafKeyPair.generate(draws);
    LeafKey.Encapsulated made = own.publicKey().encapsulate(draws);
    String secret = inHex(made.secret());
    assertThat(inHex(own.decapsulate(made.encapsulation()))).isEqualTo(secret);
    assertThat(inHex(anothers.decapsulate(made.encapsulation()))).isNotEqualTo(secret);
    assertThat(Remembered.isForAnother(anothers.publicKey(), made.encapsulation())).isTrue();
    assertThat(Remembered.isForAnother(own.publicKey(), made.encapsulation())).isFalse();
    Shortcuts.stop();
    assertThat(inHex(own.decapsulate(made.encapsulation()))).isEqualTo(secret);
  }

  @Test
  void aKeyThatSealsASecondThingIsNoted() {
    byte[] key = new byte[32];
    key[0] = 7;
    byte[] what = {1, 2, 3};
    byte[] another = {1, 2};
    Shortcuts.start();
    Aead.sealOnce(key, what, what);
    Aead.sealOnce(key, what, what);
    assertThat(Remembered.someKeySealedTwice()).as("the same again").isFalse();
    Aead.sealOnce(key, what, another);
    assertThat(Remembered.someKeySealedTwice()).isTrue();
    Shortcuts.stop();
    Shortcuts.start();
    assertThat(Remembered.someKeySealedTwice()).as("in another run").isFalse();
  }

  private static String inHex(SharedSecret secret) {
    return HexFormat.of().formatHex(secret.derive(Info.of("test")));
  }
}
