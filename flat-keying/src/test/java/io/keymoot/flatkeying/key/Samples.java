package io.keymoot.flatkeying.key;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;

/** Names for the tests of this package. */
final class Samples {
  static final GroupId GROUP = new GroupId(hash("group"));
  static final FactId X = new FactId(hash("x"));
  static final FactId Y = new FactId(hash("y"));
  static final FactId Z = new FactId(hash("z"));
  static final MemberId ANNA = new MemberId(hash("anna"));
  static final MemberId BERT = new MemberId(hash("bert"));
  static final StayId ANNAS_STAY = new StayId(hash("anna's stay"));
  static final Slot SLOT = new Slot(5, 2);
  static final Hash32 CONTEXT = hash("context");

  private Samples() {}

  static Hash32 hash(String of) {
    return Hash32.sha256(of.getBytes(StandardCharsets.UTF_8));
  }

  static Bytes flipped(Bytes bytes, int index) {
    byte[] copy = bytes.toArray();
    copy[index] ^= 1;
    return Bytes.owning(copy);
  }

  static void assertOpens(Unwrapped unwrapped, EpochSecret expected) {
    assertThat(unwrapped).isInstanceOf(Unwrapped.Opened.class);
    EpochSecret opened = ((Unwrapped.Opened) unwrapped).secret();
    assertThat(opened.holdsTheSameAs(expected)).isTrue();
  }

  static void assertFails(Unwrapped unwrapped) {
    assertThat(unwrapped).isInstanceOf(Unwrapped.Failed.class);
  }
}
