package io.keymoot.flatkeying.key;

import static io.keymoot.flatkeying.key.Samples.ANNA;
import static io.keymoot.flatkeying.key.Samples.ANNAS_STAY;
import static io.keymoot.flatkeying.key.Samples.BERT;
import static io.keymoot.flatkeying.key.Samples.CONTEXT;
import static io.keymoot.flatkeying.key.Samples.GROUP;
import static io.keymoot.flatkeying.key.Samples.SLOT;
import static io.keymoot.flatkeying.key.Samples.X;
import static io.keymoot.flatkeying.key.Samples.Y;
import static io.keymoot.flatkeying.key.Samples.hash;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.SeededEntropy;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.SealContext;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.wire.Bytes;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Looks through a dump of all reachable objects for the bytes of secrets that were closed: also in
 * the platform's ciphers and MACs, which outlive every use.
 */
class ForgottenTest {
  /** Secrets under a mask, so that the list of what to look for is not what is found. */
  private final Map<String, byte[]> masked = new LinkedHashMap<>();

  private final Entropy entropy = new SeededEntropy(70);

  @Test
  void noCopyOfAClosedSecretIsReachable(@TempDir Path folder) throws IOException {
    EpochSecret kept = EpochSecret.fresh(entropy);
    note("kept", kept.alive());
    useAndCloseMany(kept);

    byte[] dump = dump(folder.resolve("heap.hprof"));

    // That this one is found shows that the others would be.
    assertThat(isIn(dump, "kept", 0)).isTrue();
    masked.remove("kept");
    assertThatNoneIsIn(dump);
    assertThat(kept.isClosed()).isFalse();
  }

  /** Nothing else is derived afterwards, which would drive out what was left behind. */
  @Test
  void whatSteppedManyKeksLastKeepsNoneOfTheirSecrets(@TempDir Path folder) throws IOException {
    EpochSecret secret = EpochSecret.fresh(entropy);
    ResealKey resealed = ResealKey.fresh(entropy);
    note("secret", secret.alive());
    note("resealed", resealed.alive());
    // Its source of randomness, which is the test's, may hold the last that was drawn.
    entropy.bytes(64);
    KekSteps steps = new KekSteps(secret, X);
    try (steps) {
      Kek kek = resealed.step(steps, SLOT);
      note("kek", kek.alive());
      kek.close();
    }
    secret.close();
    resealed.close();

    assertThatNoneIsIn(dump(folder.resolve("heap.hprof")));
    assertThat(steps.toString()).contains(X.toString());
  }

  private void assertThatNoneIsIn(byte[] dump) {
    for (String name : masked.keySet()) {
      assertThat(isIn(dump, name, 0)).as(name).isFalse();
      assertThat(isIn(dump, name, 0x36)).as("inner pad of " + name).isFalse();
      assertThat(isIn(dump, name, 0x5c)).as("outer pad of " + name).isFalse();
    }
  }

  private void useAndCloseMany(EpochSecret kept) {
    EpochSecret secret = EpochSecret.fresh(entropy);
    EpochSecret stepped = secret.step();
    ResealKey resealed = ResealKey.fresh(entropy);
    Kek kek = resealed.step(secret, SLOT, X);
    Tek tek = stepped.tek(GROUP, X);
    SenderBaseKey sender = tek.senderKey(ANNAS_STAY);
    for (Secret each : new Secret[] {secret, stepped, resealed, kek, tek, sender}) {
      note(each.toString(), each.alive());
    }
    int lent = sender.lend(key -> key.length);
    Bytes mac = tek.mac(Bytes.fromHex("01"));
    Bytes refresh = stepped.wrap(kept, CONTEXT, ANNA);
    Bytes wrap = kek.wrap(secret, CONTEXT, ANNA);
    Unwrapped opened = kek.unwrap(wrap, CONTEXT, ANNA, secret.commitment());
    ((Unwrapped.Opened) opened).secret().close();
    Unwrapped failed = kek.unwrap(refresh, CONTEXT, ANNA, secret.commitment());
    assertThat(failed).isInstanceOf(Unwrapped.Failed.class);
    assertThat(lent + mac.length()).isEqualTo(32 + 16);
    giveAndSession(secret, kek);
    for (Secret each : new Secret[] {secret, stepped, resealed, kek, tek, sender}) {
      each.close();
    }
  }

  private void giveAndSession(EpochSecret secret, Kek kek) {
    LeafKeyPair leaf = LeafKeyPair.generate(entropy);
    note("leaf key", Capture.arraysIn(leaf).stream().filter(a -> a.length == 32).toList());
    SealContext context = new SealContext(GROUP, ANNA, BERT, MessageType.GIVE, hash("request"));
    Bytes sealed =
        new SecretWriter().secret(secret).secret(kek).sealTo(leaf.publicKey(), context, entropy);
    var read =
        SecretReader.open(
            leaf,
            context,
            sealed,
            in -> {
              in.epochSecret(0, "secret").close();
              in.kek(SLOT, Y, "kek").close();
              return true;
            });
    assertThat(read).isInstanceOf(SecretReader.Read.Ok.class);

    Session anna = new Session(GROUP, ANNAS_STAY, new StayId(hash("bert's stay")));
    Session bert = new Session(GROUP, new StayId(hash("bert's stay")), ANNAS_STAY);
    Session.Sealed first = anna.seal(secret, CONTEXT, leaf.publicKey(), entropy);
    note("offer", Capture.arraysIn(anna).stream().filter(a -> a.length == 32).toList());
    var reply = (Session.Taken.Reply) bert.take(first.offer().orElseThrow(), leaf, entropy);
    note("answer", Capture.arraysIn(bert));
    assertThat(anna.take(reply.message())).isTrue();
    Unwrapped opened = bert.open(first.seal(), CONTEXT, secret.commitment());
    ((Unwrapped.Opened) opened).secret().close();
    anna.close();
    bert.close();
    leaf.close();
  }

  private void note(String name, Iterable<byte[]> secrets) {
    int i = 0;
    for (byte[] secret : secrets) {
      note(name + " " + i++, secret);
    }
  }

  /** 16 bytes are enough to tell a secret. */
  private void note(String name, byte[] secret) {
    byte[] under = new byte[16];
    for (int i = 0; i < under.length; i++) {
      under[i] = (byte) (secret[i] ^ 0xa5);
    }
    masked.put(name, under);
  }

  private boolean isIn(byte[] dump, String name, int pad) {
    byte[] under = masked.getOrDefault(name, new byte[16]);
    int first = (under[0] ^ 0xa5 ^ pad) & 0xff;
    for (int at = 0; at + under.length <= dump.length; at++) {
      if ((dump[at] & 0xff) != first) {
        continue;
      }
      int i = 1;
      while (i < under.length && dump[at + i] == (byte) (under[i] ^ 0xa5 ^ pad)) {
        i++;
      }
      if (i == under.length) {
        return true;
      }
    }
    return false;
  }

  private static byte[] dump(Path file) throws IOException {
    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
        .dumpHeap(file.toString(), true);
    return Files.readAllBytes(file);
  }
}
