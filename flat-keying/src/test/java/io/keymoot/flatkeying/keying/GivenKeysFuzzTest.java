package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.SeededEntropy;
import io.keymoot.flatkeying.crypto.HybridSeal;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.SealContext;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.SecretReader;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What a member sealed to us is a member's word, and may be anything: it reads as keys, or fails as
 * a forgery does.
 */
class GivenKeysFuzzTest {
  private static final Path CORPUS =
      Path.of("src/test/resources/io/keymoot/flatkeying/keying/GivenKeysFuzzTestInputs");

  private static final SeededEntropy ENTROPY = new SeededEntropy(5);
  private static final LeafKeyPair LEAF = LeafKeyPair.generate(ENTROPY);
  private static final SealContext CONTEXT =
      new SealContext(
          new GroupId(hash("group")),
          new MemberId(hash("giver")),
          new MemberId(hash("asker")),
          MessageType.GIVE,
          hash("need"));

  private static Hash32 hash(String name) {
    return Hash32.sha256(name.getBytes(StandardCharsets.US_ASCII));
  }

  @FuzzTest
  void gives(byte[] data) {
    if (give(data) instanceof SecretReader.Read.Ok<GivenKeys>(GivenKeys keys)) {
      assertThat(keys.keks().size() + keys.reseals().size())
          .isLessThanOrEqualTo(Limits.NEEDED_SLOT_SETS * Limits.ADDRESS_SYMBOLS);
      keys.closeSlots();
      keys.epochs().values().forEach(EpochSecret::close);
    }
  }

  @FuzzTest
  void grants(byte[] data) {
    if (grant(data) instanceof SecretReader.Read.Ok<Map<FactId, EpochSecret>>(var secrets)) {
      assertThat(data).hasSize(1 + 68 * secrets.size());
      secrets.values().forEach(EpochSecret::close);
    }
  }

  @Test
  void thereAreWellFormedSeeds() throws IOException {
    assertThat(give(seed("gives/an-epoch-and-slots"))).isInstanceOf(SecretReader.Read.Ok.class);
    assertThat(grant(seed("grants/two-epochs"))).isInstanceOf(SecretReader.Read.Ok.class);
  }

  private static byte[] seed(String name) throws IOException {
    return Files.readAllBytes(CORPUS.resolve(name));
  }

  private static SecretReader.Read<GivenKeys> give(byte[] text) {
    return SecretReader.open(
        LEAF, CONTEXT, sealed(text), in -> GivenKeys.read(in, at -> new Slot(at, at % 4)));
  }

  private static SecretReader.Read<Map<FactId, EpochSecret>> grant(byte[] text) {
    return SecretReader.open(LEAF, CONTEXT, sealed(text), NeedGive::secrets);
  }

  private static Bytes sealed(byte[] text) {
    return HybridSeal.seal(LEAF.publicKey(), CONTEXT, text, ENTROPY);
  }
}
