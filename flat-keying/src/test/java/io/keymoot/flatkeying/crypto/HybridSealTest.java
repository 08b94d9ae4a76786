package io.keymoot.flatkeying.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.keymoot.flatkeying.SeededEntropy;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HybridSealTest {
  private static final GroupId GROUP = new GroupId(Hash32.sha256(new byte[] {1}));
  private static final MemberId FROM = new MemberId(Hash32.sha256(new byte[] {2}));
  private static final MemberId TO = new MemberId(Hash32.sha256(new byte[] {3}));
  private static final Hash32 ID = Hash32.sha256(new byte[] {4});
  private static final Hash32 OTHER = Hash32.sha256(new byte[] {5});
  private static final SealContext CONTEXT = new SealContext(GROUP, FROM, TO, MessageType.GIVE, ID);

  private final SeededEntropy entropy = new SeededEntropy(5);
  private final LeafKeyPair pair = LeafKeyPair.generate(entropy);
  private final byte[] plaintext = entropy.bytes(100);
  private final Bytes sealed = HybridSeal.seal(pair.publicKey(), CONTEXT, plaintext, entropy);

  static List<SealContext> contextsWithOneFieldChanged() {
    return List.of(
        new SealContext(new GroupId(OTHER), FROM, TO, MessageType.GIVE, ID),
        new SealContext(GROUP, new MemberId(OTHER), TO, MessageType.GIVE, ID),
        new SealContext(GROUP, FROM, new MemberId(OTHER), MessageType.GIVE, ID),
        new SealContext(GROUP, FROM, TO, MessageType.GRANT, ID),
        new SealContext(GROUP, FROM, TO, MessageType.GIVE, OTHER));
  }

  @Test
  void theHolderOfTheLeafKeyOpensIt() {
    assertThat(sealed.length()).isEqualTo(plaintext.length + HybridSeal.OVERHEAD_BYTES);
    assertThat(HybridSeal.open(pair, CONTEXT, sealed))
        .asInstanceOf(type(Opening.Opened.class))
        .satisfies(opened -> assertThat(opened.plaintext()).isEqualTo(plaintext));
  }

  @ParameterizedTest
  @MethodSource("contextsWithOneFieldChanged")
  void itOpensInNoOtherContext(SealContext other) {
    assertThat(HybridSeal.open(pair, other, sealed)).isInstanceOf(Opening.Failed.class);
  }

  @Test
  void itOpensForNobodyElse() {
    LeafKeyPair other = LeafKeyPair.generate(entropy);

    assertThat(HybridSeal.open(other, CONTEXT, sealed)).isInstanceOf(Opening.Failed.class);
  }

  @Test
  void itDoesNotOpenWithAnyByteChangedOrLost() {
    byte[] forged = sealed.toArray();
    for (int index = 0; index < forged.length; index += 31) {
      forged[index] ^= 1;
      assertThat(HybridSeal.open(pair, CONTEXT, Bytes.of(forged)))
          .isInstanceOf(Opening.Failed.class);
      forged[index] ^= 1;
    }
    for (int length : List.of(0, 1_119, 1_135, sealed.length() - 1)) {
      assertThat(HybridSeal.open(pair, CONTEXT, sealed.slice(0, length)))
          .isInstanceOf(Opening.Failed.class);
    }
  }

  @Test
  void sealingTwiceIsNotSealingAlike() {
    assertThat(HybridSeal.seal(pair.publicKey(), CONTEXT, plaintext, entropy)).isNotEqualTo(sealed);
  }

  @Test
  void anEmptyMessageCanBeSealed() {
    Bytes empty = HybridSeal.seal(pair.publicKey(), CONTEXT, new byte[0], entropy);

    assertThat(HybridSeal.open(pair, CONTEXT, empty)).isInstanceOf(Opening.Opened.class);
  }
}
